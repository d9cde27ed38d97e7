/**
 * Builds paths with ids from outside, and makes sure that no id leads to another endpoint.
 */
import * as Either from "effect/Either"
import type { FieldErrors } from "../errors/ApiClientError.js"

/** A path on the tenant's host, or the reason why it cannot be one. */
export interface ApiPath {
  readonly value: string
  readonly problem: string | undefined
  /** The path with the name of each id in place of its value. Spans and metrics group by it. */
  readonly template: string
}

/** Builds a path. Each interpolated segment is percent-encoded; an empty segment, `.` and `..` are refused. */
export const path = (parts: TemplateStringsArray, ...segments: ReadonlyArray<string>): ApiPath => {
  const problem = segments.map(idProblem).find((found) => found !== undefined)
  const fill = (write: (segment: string) => string): string =>
    segments.reduce((path, segment, at) => `${path}${write(segment)}${parts[at + 1]}`, parts[0] ?? "")
  return {
    value: fill(problem === undefined ? encodeURIComponent : () => "…"),
    problem,
    template: fill(() => "{id}")
  }
}

/** One string argument for each id of a path, in their order. */
export type IdsOf<Path extends string> = Path extends `${string}{${string}}${infer Rest}`
  ? [id: string, ...IdsOf<Rest>]
  : []

/** A path with named ids: `/api/v1/devices/{device_id}/notes/{note_id}`. */
export interface PathTemplate {
  /** The names of the ids, in their order. */
  readonly ids: ReadonlyArray<string>
  /** Fills in the ids, each percent-encoded. A value that cannot be an id is reported under the name of its id. */
  readonly fill: (values: ReadonlyArray<unknown>) => Either.Either<string, FieldErrors>
}

/** Parses a path with named ids. */
export const pathTemplate = (template: string): PathTemplate => {
  const ids = Array.from(template.matchAll(/\{([^{}]+)\}/g), ([, name = ""]) => name)
  const literals = template.split(/\{[^{}]+\}/)
  return {
    ids,
    fill: (values) => {
      const errors: Record<string, ReadonlyArray<string>> = {}
      let path = literals[0] ?? ""
      ids.forEach((name, index) => {
        const problem = idProblem(values[index])
        if (problem !== undefined) errors[name] = [problem]
        else path += encodeURIComponent(String(values[index])) + (literals[index + 1] ?? "")
      })
      return Object.keys(errors).length > 0 ? Either.left(errors) : Either.right(path)
    }
  }
}

const idProblem = (id: unknown): string | undefined => {
  if (typeof id !== "string") return "an id must be a string"
  if (id === "") return "an id must not be empty"
  if (id === "." || id === "..") return `an id must not be "${id}"`
  return id.isWellFormed() ? undefined : "an id must be well-formed Unicode"
}

/** Checks a path that a caller wrote, for an endpoint that the library does not know. */
export const literalPath = (text: string): ApiPath => ({
  value: text,
  problem: literalProblem(text),
  template: text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=\/)\d+(?=\/|$)/gi, "{id}")
})

const literalProblem = (text: string): string | undefined => {
  if (!/^(?:\/[A-Za-z0-9\-._~!$&'()*+,;=:@%]+)+\/?$/.test(text)) {
    return 'a path starts with "/" and has no empty segment, query, fragment or character that must be encoded'
  }
  return text.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
    ? 'a path must not have "." or ".." in it'
    : undefined
}
