import { Blueprint, BlueprintTemplateCategory, LibraryItem } from "../schemas/Blueprint.js"
import { CustomApp, CustomAppUpload } from "../schemas/CustomApp.js"
import { CustomProfile } from "../schemas/CustomProfile.js"
import { CustomScript } from "../schemas/CustomScript.js"
import { InHouseApp, InHouseAppUpload, InHouseAppUploadStatus } from "../schemas/InHouseApp.js"
import { LibraryItemActivity } from "../schemas/LibraryItemActivity.js"
import { SelfServiceCategory } from "../schemas/SelfServiceCategory.js"
import { example, type Make, shared } from "./making.js"

/** A Blueprint. */
export const blueprint: Make<Blueprint> = example(Blueprint, {
  id: shared.blueprint,
  name: "Engineering",
  icon: "ss-files",
  color: "aqua-800",
  description: "Macs of the engineers",
  params: {},
  computers_count: 1,
  missing_computers_count: 0,
  enrollment_code: { code: "181512", is_active: true },
  type: "classic"
})

/** A category of Blueprint templates, with one template. */
export const blueprintTemplateCategory: Make<BlueprintTemplateCategory> = example(BlueprintTemplateCategory, {
  id: 1,
  name: "Compliance",
  weight: 1,
  templates: [
    {
      id: 1,
      name: "CIS Level 1",
      description: "The first level of CIS",
      category: 1,
      icon: "ss-files",
      color: "aqua-800"
    }
  ]
})

/** A library item that is assigned to a Blueprint. */
export const libraryItem: Make<LibraryItem> = example(LibraryItem, { id: shared.item, name: "Firefox" })

/** A custom app that is installed once. The service has already processed its installer. */
export const customApp: Make<CustomApp> = example(CustomApp, {
  id: shared.item,
  name: "Firefox",
  file_key: "companies/1/library/custom_apps/Firefox_d00561c3.pkg",
  install_type: "package",
  install_enforcement: "install_once",
  active: true,
  restart: false,
  file_url: "https://storage.example.com/Firefox_d00561c3.pkg?signature=1",
  sha256: shared.sha256,
  file_size: 141_000_000,
  file_updated: shared.at,
  show_in_self_service: false,
  created_at: shared.at,
  updated_at: shared.at
})

/** An upload address for the installer of a custom app. */
export const customAppUpload: Make<CustomAppUpload> = example(CustomAppUpload, {
  name: "Firefox.pkg",
  expires: shared.later,
  post_url: "https://storage.example.com/",
  post_data: { key: "companies/1/library/custom_apps/Firefox_d00561c3.pkg", policy: "e30=" },
  file_key: "companies/1/library/custom_apps/Firefox_d00561c3.pkg"
})

/** A custom profile that runs on Macs. */
export const customProfile: Make<CustomProfile> = example(CustomProfile, {
  id: shared.item,
  name: "Wi-Fi",
  active: true,
  profile: '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict/></plist>',
  mdm_identifier: `com.kandji.profile.custom.${shared.item}`,
  runs_on_mac: true,
  created_at: shared.at,
  updated_at: shared.at
})

/** A custom script that runs once. */
export const customScript: Make<CustomScript> = example(CustomScript, {
  id: shared.item,
  name: "Inventory",
  active: true,
  execution_frequency: "once",
  restart: false,
  script: "#!/bin/zsh\nsystem_profiler",
  show_in_self_service: false,
  created_at: shared.at,
  updated_at: shared.at
})

/** An in-house app. */
export const inHouseApp: Make<InHouseApp> = example(InHouseApp, {
  id: shared.item,
  name: "Field Notes",
  file_key: "tenants/1/library/ipa_apps/FieldNotes_f206bbce.ipa",
  active: true,
  identifier: "com.example.fieldnotes",
  app_identifier: "com.example.fieldnotes",
  app_name: "Field Notes",
  app_version: "1.0.1",
  supported_device_families: ["iPhone", "iPad"],
  minimum_os_version: "17.5",
  file_url: "https://storage.example.com/FieldNotes_f206bbce.ipa?signature=1",
  sha256: shared.sha256,
  file_size: 2_191_516,
  file_updated: shared.at,
  created_at: shared.at,
  updated_at: shared.at,
  runs_on_iphone: true,
  runs_on_ipad: true,
  runs_on_tv: false
})

/** An upload address for the installer of an in-house app. */
export const inHouseAppUpload: Make<InHouseAppUpload> = example(InHouseAppUpload, {
  id: shared.upload,
  filename: "FieldNotes.ipa",
  expires: shared.later,
  post_url: "https://storage.example.com/",
  post_data: { key: "tenants/1/library/ipa_apps/FieldNotes_f206bbce.ipa", policy: "e30=" },
  file_key: "tenants/1/library/ipa_apps/FieldNotes_f206bbce.ipa"
})

/** The status of an installer of an in-house app that the service has accepted. */
export const inHouseAppUploadStatus: Make<InHouseAppUploadStatus> = example(InHouseAppUploadStatus, {
  status: "VALIDATED",
  sha256: shared.sha256
})

/** An event in the activity log of a library item. */
export const libraryItemActivity: Make<LibraryItemActivity> = example(LibraryItemActivity, {
  id: 1,
  activity_time: shared.at,
  activity_type: "library_item_created",
  user_id: shared.user,
  user_email: "ada@example.com"
})

/** A category of Self Service. */
export const selfServiceCategory: Make<SelfServiceCategory> = example(SelfServiceCategory, {
  id: "6c5b4a39-2817-4f06-9e5d-4c3b2a199c10",
  name: "Apps"
})
