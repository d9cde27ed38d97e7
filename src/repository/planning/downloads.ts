/**
 * Installers that are downloaded from the tenant.
 */
import { safeFileName } from "../../installers/fileNames.js"
import type { CustomApp } from "../../schemas/CustomApp.js"
import type { PlannedInstaller } from "../Plan.js"
import type { TenantItem } from "./library.js"

const isApp = (record: TenantItem["record"]): record is CustomApp => "file_key" in record

/** The record of an item, if it is an app. */
export const appOf = ({ record }: TenantItem): CustomApp | undefined => (isApp(record) ? record : undefined)

/** The installer of an app, if it has one and the tenant has its sha256. */
export const plannedDownload = (there: TenantItem): PlannedInstaller | undefined => {
  const app = appOf(there)
  return app?.sha256 === undefined
    ? undefined
    : {
        name: safeFileName(app.file_name),
        ...(app.file_size === undefined ? {} : { size: app.file_size }),
        sha256: app.sha256
      }
}
