/**
 * Secrets that come back: a debug page, a proxy or a store may repeat the request that it was sent.
 */
import type { FieldErrors } from "../errors/ApiClientError.js"

/** What somebody on the other side said. */
interface Said {
  readonly detail?: string | undefined
  readonly body?: string | undefined
  readonly fieldErrors?: FieldErrors | undefined
}

/** Puts `<redacted>` in place of every secret. */
export const hiding =
  (secrets: ReadonlyArray<string>) =>
  (text: string): string =>
    secrets.reduce((text, secret) => text.replaceAll(secret, "<redacted>"), text)

/** What was said, without the secrets. */
export const withoutSecrets = (secrets: ReadonlyArray<string>, { body, detail, fieldErrors }: Said): Said => {
  const hide = hiding(secrets)
  return {
    detail: detail && hide(detail),
    body: body && hide(body),
    fieldErrors:
      fieldErrors &&
      Object.fromEntries(Object.entries(fieldErrors).map(([field, messages]) => [hide(field), messages.map(hide)]))
  }
}
