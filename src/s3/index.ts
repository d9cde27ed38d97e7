/**
 * Installers that lie in a bucket of your own. Needs `@aws-sdk/client-s3`.
 *
 * @packageDocumentation
 */
export * as S3Installers from "./S3Installers.js"
