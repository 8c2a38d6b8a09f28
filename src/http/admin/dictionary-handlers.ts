import type { Request, RequestHandler } from "express";
import type { DictionaryFields } from "../../dictionary/dictionary-fields.js";
import { queryOf } from "../middleware/request-state.js";
import { administratorOf } from "./administrator.js";
import { readCursor, toPage } from "./cursor.js";
import {
  fieldChangeSchema,
  fieldListQuery,
  fieldRemovalQuery,
  fieldSaveQuery,
  newFieldSchema,
  toDefinition,
  toUpdate,
} from "./dictionary-input.js";
import { presentField } from "./present-dictionary-field.js";
import { readId, readInput } from "./read-input.js";

/** What the dictionary endpoints work with. */
export interface DictionaryHandlerDeps {
  dictionaryFields: DictionaryFields;
  /** Address of `/admin/v1`, without a slash at its end. */
  baseUrl: string;
}

/** The handlers of `/admin/v1/dictionary`, by operation. */
export interface DictionaryHandlers {
  list: RequestHandler;
  create: RequestHandler;
  read: RequestHandler;
  change: RequestHandler;
  remove: RequestHandler;
}

/** Administration of the attributes that the administrator defines. */
export function createDictionaryHandlers({
  dictionaryFields,
  baseUrl,
}: DictionaryHandlerDeps): DictionaryHandlers {
  return {
    async list(request, response) {
      const { cursor, limit, category } = readInput(fieldListQuery, { ...queryOf(request) });
      const after = readCursor(cursor);
      const rows = await dictionaryFields.list(administratorOf(request).tenantId, {
        limit: limit + 1,
        ...(after !== undefined && { after }),
        ...(category !== undefined && { category }),
      });
      response.json(toPage(rows, limit, (row) => presentField(row)));
    },

    async create(request, response) {
      const definition = toDefinition(readInput(newFieldSchema, request.body));
      const options = readInput(fieldSaveQuery, { ...queryOf(request) });
      const { field, notices } = await dictionaryFields.create(administratorOf(request), definition, options);
      response.status(201).location(`${baseUrl}/dictionary/${field.id}`);
      response.json(presentField(field, notices));
    },

    async read(request, response) {
      response.json(
        presentField(await dictionaryFields.get(administratorOf(request).tenantId, idOf(request))),
      );
    },

    async change(request, response) {
      const update = toUpdate(readInput(fieldChangeSchema, request.body));
      const { field, notices } = await dictionaryFields.update(
        administratorOf(request),
        idOf(request),
        update,
        readInput(fieldSaveQuery, { ...queryOf(request) }),
      );
      response.json(presentField(field, notices));
    },

    async remove(request, response) {
      const { values } = readInput(fieldRemovalQuery, { ...queryOf(request) });
      const eraseValues = values === "remove";
      await dictionaryFields.remove(administratorOf(request), idOf(request), { eraseValues });
      response.status(204).end();
    },
  };
}

function idOf(request: Request): string {
  return readId(request.params["id"]);
}
