import { effect } from "@effect/vitest"
import { ApiClient, Blueprints, isDuplicateAssignment, type LibraryItemAssignment } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import { jsonOf } from "../support/bodies.js"
import { appId, blueprintId, pageOf, scriptId } from "../support/records.js"
import { lastRequest, type Reply, requestsTo, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const assignPath = `/api/v1/blueprints/${blueprintId}/assign-library-item`
const nodeId = "b0b0b0b0-1111-4222-8333-444444444444"

const alreadyOnBlueprint = '"Library Item already exists on Blueprint"'
const alreadyInNode = '"Library Item already exists in Assignment Node"'
const exclusive = '"Assignment node can only have one of this Library Item type."'

const assign = (item: LibraryItemAssignment) =>
  Effect.flatMap(Blueprints, (blueprints) => blueprints.assign(blueprintId, item))

/** A Blueprint with two items that gives this answer to an assignment. */
const answering = (reply: Reply) =>
  withTenant(
    routes({
      [`POST ${assignPath}`]: reply,
      [`GET /api/v1/blueprints/${blueprintId}/list-library-items`]: {
        body: pageOf([
          { id: scriptId, name: "A script" },
          { id: appId, name: "An app" }
        ])
      }
    })
  )

describe("assign", () => {
  effect("BPA-1 BPA-6: assign sends POST to the Blueprint's path, and returns the ids of the answer unchanged", () =>
    answering({ body: [appId, scriptId] })((server) =>
      Effect.gen(function* () {
        expect(yield* assign({ library_item_id: scriptId })).toEqual({
          status: "assigned",
          library_item_ids: [appId, scriptId]
        })
        expect(requestsTo(server)).toEqual([`POST ${assignPath}`])
      })
    )
  )

  for (const [given, sent] of [
    [
      { library_item_id: scriptId, assignment_node_id: nodeId },
      { library_item_id: scriptId, assignment_node_id: nodeId }
    ],
    [{ library_item_id: scriptId }, { library_item_id: scriptId }],
    [{ library_item_id: scriptId, assignment_node_id: "" }, { library_item_id: scriptId }]
  ] as const) {
    effect(`BPA-2 BPA-3 BPA-4: ${JSON.stringify(given)} is sent as JSON, with the node only if there is one`, () =>
      answering({ body: [] })((server) =>
        Effect.gen(function* () {
          yield* assign(given)
          expect(lastRequest(server).headers["content-type"]).toBe("application/json")
          expect(jsonOf(lastRequest(server))).toEqual(sent)
        })
      )
    )
  }

  for (const body of [alreadyOnBlueprint, alreadyInNode]) {
    effect(`BPA-5 (improved: a duplicate is a result that names the assigned items): ${body}`, () =>
      answering({ status: 400, body })(() =>
        Effect.gen(function* () {
          expect(yield* assign({ library_item_id: scriptId })).toEqual({
            status: "already-assigned",
            library_item_ids: [scriptId, appId]
          })
        })
      )
    )
  }

  effect("BPA-7 BPA-8: a 400 for another reason is a failure with its status and the text of the answer", () =>
    answering({ status: 400, body: "Assignment node not found" })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(assign({ library_item_id: scriptId, assignment_node_id: nodeId }))
        expect([error.reason, error.status]).toEqual(["BadRequest", 400])
        expect(error.message).toContain("400")
        expect(error.body).toBe("Assignment node not found")
      })
    )
  )

  effect("BPA-9: a 200 with an object instead of a list is a Decode error that says what was expected", () =>
    answering({ body: { library_item_ids: [] } })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(assign({ library_item_id: scriptId }))
        expect([error.reason, error.status]).toEqual(["Decode", 200])
        expect(error.message).toContain("Expected ReadonlyArray")
      })
    )
  )

  effect("a second item of an exclusive type is a Conflict, because it is not assigned", () =>
    answering({ status: 400, body: exclusive })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(assign({ library_item_id: scriptId }))
        expect([error.reason, error.status]).toEqual(["Conflict", 400])
        expect(error.message).toContain("can only have one of this Library Item type")
      })
    )
  )
})

describe("isDuplicateAssignment, for programs that call the endpoint themselves", () => {
  const judged = (reply: Reply) =>
    answering(reply)(() =>
      Effect.flatMap(ApiClient, (client) =>
        Effect.map(
          Effect.flip(client.post(assignPath, Schema.Unknown, { body: { json: { library_item_id: scriptId } } })),
          isDuplicateAssignment
        )
      )
    )

  for (const [row, reply, verdict] of [
    ["BPA-10: a 400 because the item is in the node already", { status: 400, body: alreadyInNode }, true],
    [
      "BPA-10 (improved: Python misses this one): a 400 because the item is on the Blueprint already",
      { status: 400, body: alreadyOnBlueprint },
      true
    ],
    [
      "BPA-11 (improved: the item is not assigned, so it is a conflict): a 400 about an exclusive type",
      { status: 400, body: exclusive },
      false
    ],
    ["BPA-12: a 400 with another text", { status: 400, body: "Assignment node not found" }, false],
    ["BPA-13: a 409 with the text of a duplicate", { status: 409, body: alreadyInNode }, false],
    ["BPA-14: a 404 with a JSON object", { status: 404, body: { details: "blueprint not found" } }, false]
  ] as const) {
    effect(`${row} is ${verdict ? "a" : "not a"} duplicate`, () =>
      Effect.gen(function* () {
        expect(yield* judged(reply)).toBe(verdict)
      })
    )
  }
})
