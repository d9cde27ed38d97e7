/**
 * Records as the page shows them: without secrets.
 */

const secretName = /secret|password|passcode|token|(?:^|_)pin(?:_|$)|bypass|recovery/i

/** JSON for the page. A value whose name says that it is a secret is not in it. */
export const withoutSecrets = (record: object): string =>
  JSON.stringify(record, (key, value: unknown) =>
    secretName.test(key) && value !== null && typeof value !== "boolean" ? "<hidden>" : value
  )
