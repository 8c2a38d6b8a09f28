import { userNameOf } from "./sample-user.js";

/** The parts of a User answer that are checked. */
export interface UserAnswer {
  id?: string;
  userName?: string;
  active?: boolean;
  title?: string;
  meta?: { version?: string };
}

/** The parts of a list answer that are checked. */
export interface ListAnswer<Resource = UserAnswer> {
  totalResults?: number;
  nextCursor?: string;
  Resources?: Resource[];
}

/** Visits people all over the table: a prime far from every size of it. */
const STRIDE = 7_919;

/** Numbers from 0 to `count` - 1, far apart from one call to the next. */
export function chooser(count: number): () => number {
  let turn = 0;
  return () => {
    turn += 1;
    return (turn * STRIDE) % count;
  };
}

/** Whether an answer shows the person with this id and number, with a version. */
export function isUser(user: UserAnswer | undefined, id: string | undefined, number: number): boolean {
  return user?.id === id && user?.userName === userNameOf(number) && user.meta?.version !== undefined;
}

/** Whether an answer is a list of exactly this person. */
export function isListOf(text: string, id: string | undefined, number: number): boolean {
  const { totalResults, Resources = [] } = readJson<ListAnswer>(text);
  return totalResults === 1 && Resources.length === 1 && isUser(Resources[0], id, number);
}

/** An answer's JSON, taken for the shape that is checked of it. */
export function readJson<Shape>(text: string): Shape {
  return JSON.parse(text);
}
