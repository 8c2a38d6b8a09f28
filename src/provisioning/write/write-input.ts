import type { CallContext } from "../../connectors/operations.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import type { Link } from "../decide/subject.js";
import type { AdoptionInput } from "./proposed-user.js";

/** What every write of a resource needs: what is known of it at the vendor, and where what is about to be done is noted. */
export interface WriteInput {
  notes: string[];
  link?: Link;
  /** What earlier writes of ours may have made of it without our knowing, oldest first. */
  intents: readonly JsonObject[];
  /** Notes a write before it is called. */
  recordIntent(profile: JsonObject): Promise<void>;
  /** Notes that a remote object is about to be linked and written. @throws NotYet while another resource is at that */
  recordLinking(remoteId: string, profile: JsonObject): Promise<void>;
  /** The other resource that a remote object is linked to, if there is one. */
  linkedElsewhere(remoteId: string): Promise<string | undefined>;
  context: CallContext;
}

/** What the write of a person or a department needs besides that. */
export interface MappedWriteInput extends WriteInput {
  /** Whether the connection's mapping fills a field of the profile; one that it does not is left as it is. */
  isMapped(field: string): boolean;
  /** A remote id given from outside (the dictionary attribute), to be adopted when there is no link. */
  adoptedRemoteId?: string;
  /** Who decides about linking to what nobody named, and what is proposed. */
  adoption: AdoptionInput;
}
