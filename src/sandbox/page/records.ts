/**
 * Removes secrets from what the page shows.
 */

const secretName = /secret|password|passcode|token|(?:^|_)pin(?:_|$)|bypass|recovery/i

/** JSON in which values with the name of a secret are replaced by `<hidden>`. */
export const withoutSecrets = (record: object): string =>
  JSON.stringify(record, (key, value: unknown) =>
    secretName.test(key) && value !== null && typeof value !== "boolean" ? "<hidden>" : value
  )
