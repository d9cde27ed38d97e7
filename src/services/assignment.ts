/**
 * Recognises the service's error answers to an assignment. They all have the status 400, and differ only in their
 * texts.
 *
 * @see `POST /api/v1/blueprints/{blueprint_id}/assign-library-item` and its undocumented `remove-library-item`
 */
import { ApiClientError } from "../errors/ApiClientError.js"

const says = (error: unknown, ...texts: ReadonlyArray<string>): error is ApiClientError =>
  error instanceof ApiClientError && error.status === 400 && texts.some((text) => error.body?.includes(text) === true)

/**
 * Whether an assignment failed because the item is already assigned. `Blueprints.assign` treats this as success; use
 * this function if you call the endpoint directly.
 */
export const isDuplicateAssignment = (error: unknown): error is ApiClientError =>
  says(error, "Library Item already exists on Blueprint", "Library Item already exists in Assignment Node")

/** Whether a removal failed because the item is not assigned. */
export const isMissingAssignment = (error: unknown): error is ApiClientError =>
  says(error, "Library Item does not exist on Blueprint", "Library Item does not exist in Assignment Node")

/** Turns the error into a `Conflict` if the Blueprint already has an item of a type that it can have only once. */
export const asConflict = (error: ApiClientError): ApiClientError =>
  says(error, "Assignment node can only have one of this Library Item type")
    ? new ApiClientError({ ...error, reason: "Conflict" })
    : error
