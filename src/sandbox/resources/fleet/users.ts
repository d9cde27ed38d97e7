/**
 * Users from a directory.
 */
import * as Effect from "effect/Effect"
import { empty, json, noMatch } from "../../gateway/exchange.js"
import { cursorPage } from "../../gateway/pageStyles.js"
import { badDetail } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { filtered } from "../../tenant/collection.js"
import { pageRows } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { glance } from "../../tenant/snapshot.js"
import { dates, recordsOf } from "../../tenant/state.js"
import type { Tenant } from "../../tenant/tenant.js"
import { devicesOfUser } from "./relations.js"
import { deviceTable, type UserRecord, userTable } from "./tables.js"

const path = "/api/v1/users"

/** The fields for putting a user. */
export type NewUser = Partial<UserRecord> & Pick<UserRecord, "email" | "name">

/** The one directory that all users come from. */
const integration = { id: 1, name: "sandbox", uuid: "00000000-0000-4000-8000-000000000001", type: "office365" } as const

const render = (tenant: Tenant) => (user: UserRecord) =>
  Effect.succeed({ ...user, integration, device_count: devicesOfUser(tenant, user.id).length })

/** Whether a user matches a query. */
const wanted = (query: URLSearchParams) => {
  const [email, id, archived, directory] = ["email", "id", "archived", "integration_id"].map((name) => query.get(name))
  return (user: UserRecord): boolean =>
    (!email || user.email.toLowerCase().includes(email.toLowerCase())) &&
    (!id || user.id === id.toLowerCase()) &&
    (!archived || String(user.archived) === archived.toLowerCase()) &&
    (!directory || directory.toLowerCase() === integration.uuid)
}

export const users = resource({
  tables: [userTable],
  counts: { users: 90 },
  routes: (tenant) => {
    const records = tenant.records(userTable)
    const find = (id: string) => Effect.mapError(Effect.fromNullable(records.get(id)), () => noMatch("User"))
    return [
      route("GET", path, ({ url }) =>
        cursorPage(
          url,
          { size: "sizePerPage", most: tenant.pageSize, onWebApp: true, repeatsSize: false },
          filtered(records, wanted(url.searchParams)),
          render(tenant)
        )
      ),
      route("GET", `${path}/{user_id}`, (_, { user_id }) =>
        Effect.map(Effect.flatMap(find(user_id), render(tenant)), (user) => json(200, user))
      ),
      route("DELETE", `${path}/{user_id}`, (_, { user_id }) =>
        Effect.gen(function* () {
          const { id } = yield* find(user_id)
          if (devicesOfUser(tenant, id).length > 0) {
            return yield* badDetail("User still assigned to one or more devices.")
          }
          yield* tenant.remove(userTable, id)
          return empty(204)
        })
      )
    ]
  },
  state: (tenant) => ({
    users: recordsOf(tenant, userTable, (given: NewUser, before, id, now) =>
      Effect.succeed({
        active: true,
        archived: false,
        department: null,
        job_title: null,
        deprecated_user_id: String(100_000 + tenant.records(userTable).size),
        ...dates(now),
        ...before,
        ...given,
        id
      })
    )
  }),
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      users: glance(tenant.records(userTable), limit, ({ email, id, name }) => ({ id, name, email }))
    })),
  page: [
    {
      id: "users",
      place: "fleet",
      title: "Users",
      noun: "users",
      path,
      rows: (tenant) =>
        Effect.sync(() => pageRows(tenant.records(userTable), ({ email, id, name }) => ({ id, name, facts: [email] }))),
      belongings: (tenant, id) => [
        {
          title: "Devices",
          rows: devicesOfUser(tenant, id).flatMap((device) => {
            const found = tenant.records(deviceTable).get(device)
            return found === undefined ? [] : [{ id: found.id, name: found.device_name, facts: [found.model] }]
          })
        }
      ],
      form: {
        title: "New user",
        fields: [
          { name: "name", label: "Name" },
          { name: "email", label: "Email" }
        ]
      }
    }
  ]
})
