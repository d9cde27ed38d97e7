/**
 * Prism: the reports of devices, by category. Rows are not stored: each is built from its device on demand.
 */
import * as Effect from "effect/Effect"
import { json } from "../../gateway/exchange.js"
import { prismPage } from "../../gateway/pageStyles.js"
import { badDetail } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { resource } from "../../tenant/resource.js"
import { categories } from "./categories.js"
import { rowsFor } from "./rows.js"

export const prism = resource({
  routes: (tenant) => [
    ...Object.entries(categories).map(([name, category]) =>
      route("GET", `/api/v1/prism/${name}`, ({ url }) =>
        Effect.flatMap(rowsFor(tenant, name, category, url.searchParams), (rows) =>
          prismPage(url, { most: 300, usual: 25 }, rows, ({ row }) => Effect.succeed(row))
        )
      )
    ),
    route("GET", "/api/v1/prism/count", ({ url }) =>
      Effect.suspend(() => {
        const found = Object.entries(categories).find(([name]) => name === url.searchParams.get("category"))
        if (found === undefined) return badDetail(`Invalid category: ${url.searchParams.get("category") ?? ""}`)
        return Effect.map(rowsFor(tenant, ...found, url.searchParams), ({ size }) =>
          json(200, { count: size, approximate: false })
        )
      })
    )
  ]
})
