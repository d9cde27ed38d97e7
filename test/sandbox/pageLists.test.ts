/**
 * Uses the lists of the page in Chromium: scrolls and searches them, opens, creates and deletes records.
 */
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { click, describeInBrowser, goTo, gone, open, shown, test } from "./browser.js"
import { call, textAt } from "./support.js"

describeInBrowser("the lists of the page", () => {
  test(
    "scrolls to the end of 40,000 devices, and shows new ones at the top",
    Effect.gen(function* () {
      const { devices } = yield* Sandbox.state
      const [oldest] = yield* devices.list({ limit: 1 })
      const page = yield* open({}, "fleet")
      yield* Effect.promise(() => page.locator("#devices-count").getByText("40,000").waitFor())
      const box = page.locator('[data-list="devices"]')
      yield* Effect.promise(() => box.evaluate((node) => node.scrollTo(0, node.scrollHeight)))
      yield* shown(page, oldest?.device_name ?? "")
      const last = page.locator("#devices li").last()
      expect(yield* Effect.promise(() => last.getAttribute("aria-posinset"))).toBe("40000")
      expect(yield* Effect.promise(() => page.locator("#devices li").count())).toBeLessThan(301)

      yield* Effect.promise(() => box.evaluate((node) => node.scrollTo(0, 0)))
      yield* devices.put({ device_name: "Newest of all", platform: "iPad" })
      yield* shown(page, "Newest of all")
      yield* shown(page, "40,001")
    }),
    { seed: { devices: 40_000 } }
  )

  test(
    "opens sections and records by their addresses, and supports the browser's back button",
    Effect.gen(function* () {
      const page = yield* open()
      const state = yield* Sandbox.state
      const { id } = yield* state.customScripts.put({ name: "Inventory", script: "#!/bin/zsh\necho inventory" })
      yield* goTo(page, "Library")
      expect(page.url()).toMatch(/#library$/)
      yield* Effect.promise(() => page.getByRole("link", { name: "Inventory" }).click())
      yield* shown(page, "echo inventory")
      expect(page.url()).toContain(`#customScripts/${id}`)
      yield* Effect.promise(() => page.goBack())
      yield* Effect.promise(() => page.locator("#record").waitFor({ state: "hidden" }))
      expect(page.url()).toMatch(/#library$/)

      const { tenantUrl } = yield* Sandbox
      yield* Effect.promise(() => page.goto(`${tenantUrl}#customScripts/${id}`))
      yield* Effect.promise(() => page.reload())
      yield* shown(page, "echo inventory")
      yield* Effect.promise(() => page.keyboard.press("Escape"))
      yield* Effect.promise(() => page.locator("#record").waitFor({ state: "hidden" }))
      expect(page.url()).toMatch(/#library$/)
      expect(
        yield* Effect.promise(() => page.getByRole("link", { name: "Library" }).getAttribute("aria-current"))
      ).toBe("page")
    })
  )

  test(
    "creates a record with a form, deletes it, and explains errors in the form",
    Effect.gen(function* () {
      const page = yield* open({}, "library")
      const state = yield* Sandbox.state
      yield* click(page, "New script")
      const form = page.getByRole("dialog", { name: "New script" })
      yield* Effect.promise(async () => {
        await form.getByLabel("Name").fill("Inventory")
        await form.getByLabel("Runs").selectOption("every_day")
        await form.getByLabel("Script", { exact: true }).fill("   ")
        await form.getByRole("button", { name: "Create" }).click()
        await form.getByText("Script is missing.").waitFor()
        await form.getByLabel("Script", { exact: true }).fill("echo inventory")
        await form.getByRole("button", { name: "Create" }).click()
        await form.waitFor({ state: "hidden" })
      })
      yield* shown(page, "every day")
      const [made] = yield* state.customScripts.list()
      expect(made).toMatchObject({ name: "Inventory", execution_frequency: "every_day", script: "echo inventory" })

      yield* Effect.promise(() => page.getByRole("link", { name: "Inventory" }).click())
      yield* shown(page, "echo inventory")
      yield* click(page, "Delete")
      yield* Effect.promise(() => page.getByRole("link", { name: "Inventory" }).waitFor({ state: "detached" }))
      expect(yield* state.customScripts.count).toBe(0)

      yield* goTo(page, "Fleet")
      yield* click(page, "New device")
      const device = page.getByRole("dialog", { name: "New device" })
      yield* Effect.promise(async () => {
        await device.getByLabel("Name").fill("Ada's iPad")
        await device.getByLabel("Platform").selectOption("iPad")
        await device.getByRole("button", { name: "Create" }).click()
      })
      yield* shown(page, "Ada's iPad")
      expect(yield* state.devices.list()).toMatchObject([{ device_name: "Ada's iPad", platform: "iPad" }])
      // Requests of the page are not in the log of API requests.
      expect(yield* Sandbox.requests).toEqual([])
    })
  )

  test(
    "resets the tenant, which undoes creations, deletions and changes",
    Effect.gen(function* () {
      const state = yield* Sandbox.state
      const [first, second] = yield* state.tags.list()
      yield* state.tags.remove(first?.id ?? "")
      yield* state.tags.put({ ...second, name: "Changed" })
      yield* state.tags.put({ name: "Made by hand" })
      const page = yield* open({}, "fleet")
      yield* shown(page, "Made by hand")
      yield* click(page, "Reset the tenant")
      yield* Effect.promise(() =>
        page.getByRole("dialog", { name: "Reset the tenant" }).getByRole("button", { name: "Reset" }).click()
      )
      yield* gone(page, "Made by hand")
      yield* shown(page, first?.name ?? "")
      yield* gone(page, "Changed")
    }),
    { seed: { tags: 5 } }
  )

  test(
    "opens a device with its commands and notes, but without secrets",
    Effect.gen(function* () {
      const { devices } = yield* Sandbox.state
      const { id } = yield* devices.put({ device_name: "Ada's Mac", platform: "Mac" })
      yield* call("POST", `/api/v1/devices/${id}/notes`, { json: { content: "Screen is cracked" } })
      const lock = yield* call("POST", `/api/v1/devices/${id}/action/lock`, { json: {} })
      const page = yield* open({}, `devices/${id}`)
      yield* shown(page, "Screen is cracked")
      yield* shown(page, "DeviceLock")
      yield* shown(page, /^(?:pending|running|completed)$/)
      expect(yield* Effect.promise(() => page.content())).not.toContain(textAt(lock.json, "PIN"))
    })
  )

  test(
    "lists findings under Security that can be opened, and adds events to Audit as they happen",
    Effect.gen(function* () {
      const page = yield* open({}, "security")
      for (const list of ["vulnerabilities", "threats", "detections"]) {
        const row = page.locator(`#${list} a`).first()
        yield* Effect.promise(() => row.click())
        yield* Effect.promise(() => page.locator("#record-fields dt").first().waitFor())
        expect(yield* Effect.promise(() => page.locator("#record-delete").isHidden())).toBe(true)
        yield* Effect.promise(() => page.keyboard.press("Escape"))
        yield* Effect.promise(() => page.locator("#record").waitFor({ state: "hidden" }))
      }
      yield* goTo(page, "Audit")
      yield* call("POST", "/api/v1/tags", { json: { name: "Loaner of the month" } })
      yield* shown(page, "create tag")
      yield* shown(page, "Loaner of the month")
    }),
    { seed: { devices: 60 } }
  )

  test(
    "does not let another site open, create or delete a record, or reset the tenant",
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      const state = yield* Sandbox.state
      const { id } = yield* state.customScripts.put({ name: "Inventory" })
      const foreign = (method: string, path: string) =>
        Effect.promise(() =>
          fetch(`${tenantUrl}/_sandbox/${path}`, {
            method,
            headers: { origin: "https://evil.example", "content-type": "application/json" },
            body: "{}"
          }).then(({ status }) => status)
        )
      expect(yield* foreign("DELETE", `records/customScripts/${id}`)).toBe(403)
      expect(yield* foreign("POST", "lists/tags")).toBe(403)
      expect(yield* foreign("POST", "reset")).toBe(403)
      expect(yield* state.customScripts.count).toBe(1)
    })
  )

  test(
    "finds records that have all words of a search in any case, in every list of the section",
    Effect.gen(function* () {
      const state = yield* Sandbox.state
      yield* state.customScripts.put({ name: "Firewall on" })
      yield* state.customScripts.put({ name: "Inventory" })
      yield* state.customProfiles.put({ name: "Firewalled" })
      const page = yield* open({}, "library")
      yield* shown(page, "Inventory")
      yield* Effect.promise(() => page.getByLabel("Search").fill("FIREWALL"))
      yield* gone(page, "Inventory")
      yield* shown(page, "2 found")
      yield* shown(page, "Firewalled")
      yield* Effect.promise(() => page.getByLabel("Search").fill("on firewall once"))
      yield* shown(page, "1 found")
      yield* Effect.promise(() => page.getByLabel("Search").fill(""))
      yield* shown(page, "Inventory")
    })
  )
})
