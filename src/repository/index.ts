/**
 * A folder of library items in git, planned against a tenant and applied. Needs `yaml`, `jsonc-parser` and `diff`.
 *
 * @packageDocumentation
 */
export * as Repository from "./Repository.js"
export {
  isRepositoryError,
  RepositoryError,
  RepositoryErrorReason,
  RepositoryProblem
} from "../errors/RepositoryError.js"
