/**
 * The page of a tenant in Chromium, for tests. It needs Debian's chromium; without it, its tests are skipped with a message.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { accessSync, constants } from "node:fs"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { makeFaultDesk } from "../../src/sandbox/page/faultDesk.js"
import { pageRoutes } from "../../src/sandbox/page/page.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { call } from "./support.js"

const executablePath = "/usr/bin/chromium"

const isThere = ((): boolean => {
  try {
    accessSync(executablePath, constants.X_OK)
    return true
  } catch {
    console.log(`There is no ${executablePath}: the tests of the sandbox's page in a browser did not run.`)
    return false
  }
})()

let browser: Browser | undefined

/** Tests in a browser that they share. */
export const describeInBrowser = (title: string, tests: () => void): void => {
  describe.runIf(isThere)(title, () => {
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync"
        ]
      })
    }, 120_000)
    afterAll(() => browser?.close())
    tests()
  })
}

const withPage = (options: Sandbox.Options = {}) =>
  Effect.provide(
    Layer.unwrapEffect(Effect.map(makeFaultDesk, (desk) => Sandbox.layer({ ...options, routes: pageRoutes(desk) })))
  )

/** Opens the page, and records errors, warnings and violations of its policy. */
export const open = (
  options: BrowserContextOptions = {},
  place = ""
): Effect.Effect<Page, never, Sandbox | Scope.Scope> =>
  Effect.flatMap(Sandbox, ({ tenantUrl }) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        if (browser === undefined) throw new Error("There is no browser")
        const context = await browser.newContext(options)
        const page = await context.newPage()
        page.on("pageerror", (error) => complaints.push(String(error)))
        page.on("console", (message) => complaints.push(message.text()))
        await page.goto(place === "" ? tenantUrl : `${tenantUrl}#${place}`)
        await page.getByText("Live", { exact: true }).waitFor()
        return page
      }),
      (page) => Effect.promise(() => page.context().close())
    )
  )

let complaints: Array<string> = []

/** A test with its own tenant and page. It fails if the page has complained. */
export const test = (
  title: string,
  body: Effect.Effect<void, unknown, Sandbox | Scope.Scope>,
  options: Sandbox.Options = {}
): void =>
  live(
    title,
    () =>
      Effect.gen(function* () {
        complaints = []
        yield* body
        expect(complaints).toEqual([])
      }).pipe(Effect.scoped, withPage(options)),
    120_000
  )

export const shown = (page: Page, text: string | RegExp) =>
  Effect.promise(() => page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: 60_000 }))
export const gone = (page: Page, text: string | RegExp) =>
  Effect.promise(() => page.getByText(text).waitFor({ state: "detached", timeout: 60_000 }))
export const click = (page: Page, name: string | RegExp) =>
  Effect.promise(() => page.getByRole("button", { name }).click())

export const places = ["Requests", "Fleet", "Library", "Blueprints", "Security", "Audit"] as const
export const goTo = (page: Page, place: (typeof places)[number]) =>
  Effect.promise(() => page.getByRole("navigation").getByRole("link", { name: place }).click())

export const categories = "/api/v1/self-service/categories"
export const statusOf = (path = categories, method = "GET") => Effect.map(call(method, path), ({ status }) => status)
