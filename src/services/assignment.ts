/**
 * Recognises the service's answers to an assignment. They are 400s that differ only in their texts.
 *
 * @see `POST /api/v1/blueprints/{blueprint_id}/assign-library-item` and its undocumented `remove-library-item`
 */
import { ApiClientError } from "../errors/ApiClientError.js"

const says = (error: unknown, ...texts: ReadonlyArray<string>): error is ApiClientError =>
  error instanceof ApiClientError && error.status === 400 && texts.some((text) => error.body?.includes(text) === true)

/**
 * Whether an assignment failed because the item is there already. `Blueprints.assign` takes that for success; this is
 * for those who call the endpoint themselves.
 */
export const isDuplicateAssignment = (error: unknown): error is ApiClientError =>
  says(error, "Library Item already exists on Blueprint", "Library Item already exists in Assignment Node")

/** Whether a removal failed because the item is not there. */
export const isMissingAssignment = (error: unknown): error is ApiClientError =>
  says(error, "Library Item does not exist on Blueprint", "Library Item does not exist in Assignment Node")

/** Another item of a type that can be there only once holds the place: a conflict, whatever the status says. */
export const asConflict = (error: ApiClientError): ApiClientError =>
  says(error, "Assignment node can only have one of this Library Item type")
    ? new ApiClientError({ ...error, reason: "Conflict" })
    : error
