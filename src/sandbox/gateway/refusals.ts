/**
 * The service's 400 answers, in all the shapes that it uses, and its 404 answers.
 */
import * as Effect from "effect/Effect"
import { type Answer, content, json } from "./exchange.js"

const refuse = (answer: Answer): Effect.Effect<never, Answer> => Effect.fail(answer)

/** `{"audit_script": ["Required when choosing continuously_enforce"]}` */
export const badFields = (problems: Readonly<Record<string, ReadonlyArray<string>>>) => refuse(json(400, problems))

/** `["Device is not in lost mode."]` */
export const badList = (...problems: ReadonlyArray<string>) => refuse(json(400, problems))

/** `"This device is already locked."`: a JSON string. */
export const badText = (problem: string) => refuse(json(400, problem))

/** `Assignment node not found`: plain text, not JSON. */
export const badPlain = (problem: string) => refuse(content(400, "text/html; charset=utf-8", problem))

/** `{"detail": "User still assigned to one or more devices."}` */
export const badDetail = (detail: string) => refuse(json(400, { detail }))

/** `{"error": "Command is not allowed for current device"}` */
export const badError = (error: string) => refuse(json(400, { error }))

/** `{"detail": "Not found."}`, or another message. */
export const missing = (detail = "Not found.") => refuse(json(404, { detail }))
