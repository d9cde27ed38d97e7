import * as Schema from "effect/Schema"
import { blankAsNull, Id, Required, Timestamp } from "./internal.js"

/** A note on a device. */
export const DeviceNote = Schema.Struct({
  note_id: Id,
  created_at: Timestamp,
  updated_at: Timestamp,
  /** The author's name or email address. */
  author: blankAsNull,
  content: Schema.String
}).annotations({ identifier: "DeviceNote" })
/** A note on a device, decoded. */
export interface DeviceNote extends Schema.Schema.Type<typeof DeviceNote> {}

/** The new text of a note. */
export const NoteContent = Schema.Struct({ content: Required })
/** The argument of `DeviceNotes.create` and `DeviceNotes.update`. */
export interface NoteContent extends Schema.Schema.Type<typeof NoteContent> {}
