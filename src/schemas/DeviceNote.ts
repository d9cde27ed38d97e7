import * as Schema from "effect/Schema"
import { blankAsNull, Id, Required, Timestamp } from "./internal.js"

/** A note on a device. */
export const DeviceNote = Schema.Struct({
  note_id: Id,
  created_at: Timestamp,
  updated_at: Timestamp,
  /** Who wrote it: a name or an address. */
  author: blankAsNull,
  content: Schema.String
}).annotations({ identifier: "DeviceNote" })
/** A note on a device, decoded. */
export interface DeviceNote extends Schema.Schema.Type<typeof DeviceNote> {}

/** The text of a new note, or of one that is changed. */
export const NoteContent = Schema.Struct({ content: Required })
/** What `DeviceNotes.create` and `DeviceNotes.update` take. */
export interface NoteContent extends Schema.Schema.Type<typeof NoteContent> {}
