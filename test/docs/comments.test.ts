/** Checks the doc comments of the services against the operations. */
import type { Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

/** The doc comment of each verb in the file of a service. */
const commentsOf = (service: string): Readonly<Record<string, string>> => {
  const [, body = ""] =
    /interface Service \{(.*?)\n  \}\n/s.exec(readFileSync(`src/services/${service}.ts`, "utf8")) ?? []
  const verbs = body.matchAll(/(\/\*\*(?:(?!\*\/).)*\*\/)\s*readonly (\w+):/gs)
  return Object.fromEntries([...verbs].map(([, comment = "", verb = ""]) => [verb, comment]))
}

const services: Readonly<Record<string, Readonly<Record<string, Operation.Any>>>> = operations

test.each(Object.keys(services))("the comment of every verb of %s names its method and its path", (service) => {
  const comments = commentsOf(service)
  for (const [verb, { method, template }] of Object.entries(services[service] ?? {})) {
    expect.soft(comments[verb], `${service}.${verb}`).toContain(`@see \`${method} ${template}\``)
  }
})
