/**
 * Notes on devices.
 *
 * @see `/api/v1/devices/{device_id}/notes`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Operation from "../operation/Operation.js"
import { DeviceNote, NoteContent } from "../schemas/DeviceNote.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace DeviceNotes {
  /** The functions for notes. */
  export interface Service {
    /**
     * Lists every note on a device. Sends one request, because this listing has no pages.
     *
     * @see `GET /api/v1/devices/{device_id}/notes`
     */
    readonly list: (deviceId: string) => Effect.Effect<ReadonlyArray<DeviceNote>, ApiClientError>
    /**
     * Gets one note. Fails with `NotFound` if there is no note with this id.
     *
     * @see `GET /api/v1/devices/{device_id}/notes/{note_id}`
     */
    readonly get: (deviceId: string, noteId: string) => Effect.Effect<DeviceNote, ApiClientError>
    /**
     * Adds a note to a device.
     *
     * @see `POST /api/v1/devices/{device_id}/notes`
     */
    readonly create: (deviceId: string, note: NoteContent) => Effect.Effect<DeviceNote, ApiClientError>
    /**
     * Changes the text of a note.
     *
     * @see `PATCH /api/v1/devices/{device_id}/notes/{note_id}`
     */
    readonly update: (deviceId: string, noteId: string, note: NoteContent) => Effect.Effect<DeviceNote, ApiClientError>
    /**
     * Deletes a note.
     *
     * @see `DELETE /api/v1/devices/{device_id}/notes/{note_id}`
     */
    readonly delete: (deviceId: string, noteId: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/devices/{device_id}/notes"
const one = `${root}/{note_id}` as const

/** The operations of `DeviceNotes`. */
export const operations = Operation.group("DeviceNotes", {
  list: { method: "GET", path: root, answer: Schema.Array(DeviceNote), kind: "read" },
  get: { method: "GET", path: one, answer: DeviceNote, kind: "read" },
  create: { method: "POST", path: root, json: NoteContent, answer: DeviceNote, kind: "write" },
  update: { method: "PATCH", path: one, json: NoteContent, answer: DeviceNote, kind: "write" },
  delete: { method: "DELETE", path: one, kind: "destructive" }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies DeviceNotes.Service)

/** Notes on devices: `/api/v1/devices/{device_id}/notes`. */
export class DeviceNotes extends Context.Tag("effect-iru/DeviceNotes")<DeviceNotes, DeviceNotes.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<DeviceNotes, never, ApiClient> = Layer.effect(this, make)
}
