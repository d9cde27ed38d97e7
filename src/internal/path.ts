/**
 * Paths whose parts come from outside. An id never reaches another endpoint.
 */

/** A path on the tenant's host, or the reason why it is none. */
export interface ApiPath {
  readonly value: string
  readonly problem: string | undefined
  /** The path with a name where a part came from outside: what spans and metrics group by. */
  readonly template: string
}

/** Builds a path; every interpolated segment is percent-encoded, and refused where it is empty, `.` or `..`. */
export const path = (parts: TemplateStringsArray, ...segments: ReadonlyArray<string>): ApiPath => {
  const problem = segments.map(segmentProblem).find((found) => found !== undefined)
  const fill = (write: (segment: string) => string): string =>
    segments.reduce((path, segment, at) => `${path}${write(segment)}${parts[at + 1]}`, parts[0] ?? "")
  return {
    value: fill(problem === undefined ? encodeURIComponent : () => "…"),
    problem,
    template: fill(() => "{id}")
  }
}

const segmentProblem = (segment: unknown): string | undefined => {
  if (typeof segment !== "string") return "an id must be a string"
  if (segment === "") return "an id must not be empty"
  if (segment === "." || segment === "..") return `an id must not be "${segment}"`
  return segment.isWellFormed() ? undefined : "an id must be well-formed Unicode"
}

/** A path that a caller wrote whole, for an endpoint that the library does not know. */
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
