/**
 * For each operation: its name on the command line, its line in the help, and the default columns of its table.
 */
import type * as operations from "effect-iru/operations"

type Operations = typeof operations

/** An operation on the command line. */
export interface Entry {
  /** One line for the help. */
  readonly summary: string
  /** The columns of a table, by name or by path: `user.name`. */
  readonly columns?: string
  /** Its name. Default: the verb, with hyphens; `list` for `stream`. */
  readonly name?: string
}

/** The operations of a service and the words before them. */
export interface Group<Verbs extends string = string> {
  readonly words: ReadonlyArray<string>
  readonly verbs: { readonly [Verb in Verbs]: Entry }
}

const entry = (summary: string, columns?: string, more: Pick<Entry, "name"> = {}): Entry => ({
  summary,
  ...(columns === undefined ? {} : { columns }),
  ...more
})

const library = "id,name,active,updated_at"
const adeDevice = "serial_number,model,device_family,os,blueprint,user,profile_status"
const onDevice = (columns: string): string => `serial_number,device__name,${columns}`

/** Every operation. If one is missing, this does not compile. */
export const catalogue: { readonly [Service in keyof Operations]: Group<keyof Operations[Service] & string> } = {
  AdeDevices: {
    words: ["ade", "devices"],
    verbs: {
      stream: entry("List devices of Automated Device Enrollment", adeDevice),
      get: entry("Show a device of Automated Device Enrollment"),
      update: entry("Change the Blueprint, user or asset tag that a device will get")
    }
  },
  AdeIntegrations: {
    words: ["ade"],
    verbs: {
      stream: entry("List integrations with Apple", "id,server_name,org_name,days_left,status,access_token_expiry"),
      get: entry("Show an integration"),
      publicKey: entry("Print the public key to upload at Apple"),
      create: entry("Add an integration from the token file that Apple made"),
      renew: entry("Renew an integration with a new token file"),
      update: entry("Change the defaults that an integration gives its devices"),
      delete: entry("Delete an integration"),
      devices: entry("List the devices of an integration", adeDevice, { name: "list-devices" })
    }
  },
  AuditEvents: {
    words: ["audit"],
    verbs: { stream: entry("List events of the audit log", "occurred_at,action,target_type,actor_id,target_id") }
  },
  BlueprintRouting: {
    words: ["blueprints", "routing"],
    verbs: {
      get: entry("Show the settings of Blueprint Routing"),
      update: entry("Change the enrollment code of Blueprint Routing"),
      activity: entry("List changes of Blueprint Routing", "activity_time,activity_type,user.email,device_id")
    }
  },
  Blueprints: {
    words: ["blueprints"],
    verbs: {
      stream: entry("List Blueprints", "id,name,type,computers_count,enrollment_code.code,enrollment_code.is_active"),
      get: entry("Show a Blueprint"),
      create: entry("Create a Blueprint"),
      update: entry("Change a Blueprint"),
      delete: entry("Delete a Blueprint"),
      enrollmentProfile: entry("Print the enrollment profile of a Blueprint"),
      templates: entry("List templates for Blueprints", "id,name,weight"),
      libraryItems: entry("List what is assigned to a Blueprint", "id,name"),
      assign: entry("Assign a library item to a Blueprint"),
      remove: entry("Remove a library item from a Blueprint")
    }
  },
  CustomApps: {
    words: ["apps"],
    verbs: {
      stream: entry("List custom apps", "id,name,install_type,install_enforcement,file_name,active,updated_at"),
      get: entry("Show a custom app"),
      presign: entry("Get a URL to upload an installer to"),
      create: entry("Create a custom app from an uploaded installer"),
      update: entry("Change a custom app"),
      delete: entry("Delete a custom app")
    }
  },
  CustomProfiles: {
    words: ["profiles"],
    verbs: {
      stream: entry("List custom profiles", library),
      get: entry("Show a custom profile"),
      create: entry("Create a custom profile"),
      update: entry("Change a custom profile"),
      delete: entry("Delete a custom profile")
    }
  },
  CustomScripts: {
    words: ["scripts"],
    verbs: {
      stream: entry("List custom scripts", "id,name,execution_frequency,active,updated_at"),
      get: entry("Show a custom script"),
      create: entry("Create a custom script"),
      update: entry("Change a custom script"),
      delete: entry("Delete a custom script")
    }
  },
  DeviceActions: {
    words: ["devices"],
    verbs: {
      blankPush: entry("Wake devices up, so that they fetch their commands"),
      clearPasscode: entry("Remove the passcode of iPhones and iPads"),
      dailyCheckIn: entry("Run the daily MDM check-in now"),
      dataRoaming: entry("Turn data roaming on or off"),
      deleteUser: entry("Delete a local user and the home folder"),
      erase: entry("Erase devices: all data on them is gone"),
      lock: entry("Lock devices"),
      personalHotspot: entry("Turn the personal hotspot on or off"),
      refreshCellularPlans: entry("Ask the carrier for eSIM plans"),
      reinstallAgent: entry("Install the agent again"),
      remoteDesktop: entry("Turn Remote Desktop on or off"),
      renewMdmProfile: entry("Install the MDM profile again"),
      resetWorkProfilePasscode: entry("Give the work profile of Android devices a new passcode"),
      restart: entry("Restart devices"),
      setName: entry("Rename devices"),
      shutDown: entry("Shut devices down"),
      unlockAccount: entry("Unlock a local account after too many wrong passwords"),
      updateInventory: entry("Make devices report their inventory")
    }
  },
  DeviceNotes: {
    words: ["devices", "notes"],
    verbs: {
      list: entry("List the notes of a device", "note_id,author,created_at,content"),
      get: entry("Show a note"),
      create: entry("Add a note to a device"),
      update: entry("Change a note"),
      delete: entry("Delete a note")
    }
  },
  DeviceSecrets: {
    words: ["secrets"],
    verbs: {
      activationLockBypassCodes: entry("The bypass codes of a device's activation lock", undefined, {
        name: "activation-lock"
      }),
      fileVaultKey: entry("The FileVault recovery key of a Mac", undefined, { name: "filevault" }),
      recoveryPassword: entry("The recovery password of a Mac"),
      unlockPin: entry("The PIN that unlocks a Mac after a lock or an erase")
    }
  },
  Devices: {
    words: ["devices"],
    verbs: {
      stream: entry(
        "List devices",
        "serial_number,device_name,platform,model,os_version,user.name,blueprint_name,last_check_in"
      ),
      get: entry("Show a device"),
      update: entry("Change the user, asset tag, Blueprint or tags of a device"),
      delete: entry("Delete the record of a device. The device is no longer managed"),
      details: entry("Show all details of a device"),
      activity: entry("List the activity of a device", "created_at,action_type,user,id"),
      apps: entry("List the apps on a device", "app_name,version,bundle_id,source,creation_date"),
      commands: entry("List the MDM commands of a device", "uuid,command_type,status,date_requested,date_completed"),
      libraryItems: entry("List the library items of a device", "name,type,status,reported_at"),
      parameters: entry("List the parameters of a device", "name,category,subcategory,status"),
      status: entry("Show the library items and parameters of a device")
    }
  },
  InHouseApps: {
    words: ["in-house-apps"],
    verbs: {
      stream: entry("List in-house apps", "id,name,app_identifier,app_version,active,updated_at"),
      get: entry("Show an in-house app"),
      presign: entry("Get a URL to upload an .ipa to"),
      uploadStatus: entry("Show the processing status of an uploaded .ipa"),
      create: entry("Create an in-house app from an uploaded .ipa"),
      update: entry("Change an in-house app"),
      delete: entry("Delete an in-house app")
    }
  },
  LibraryItems: {
    words: ["library"],
    verbs: {
      activity: entry("List the activity of a library item", "activity_time,activity_type,user_email,id"),
      status: entry("List the status of a library item on each device", "computer.name,status,reported_at,computer.id")
    }
  },
  LostMode: {
    words: ["devices", "lost-mode"],
    verbs: {
      get: entry("Show whether a device is in lost mode, and where it is"),
      enable: entry("Put devices into lost mode"),
      disable: entry("End lost mode"),
      cancel: entry("Cancel a request for lost mode that a device has not answered"),
      playSound: entry("Play a sound on lost devices"),
      updateLocation: entry("Ask lost devices where they are")
    }
  },
  Prism: {
    words: ["prism"],
    verbs: {
      activationLock: entry(
        "Activation lock, a row for each device",
        onDevice("activation_lock_supported,device_activation_lock_enabled,user_activation_lock_enabled")
      ),
      applicationFirewall: entry("The firewall of Macs", onDevice("status,block_all_incoming,stealth_mode")),
      apps: entry("Apps, a row for each app of each device", onDevice("name,version,bundle_id,path")),
      cellular: entry("Cellular modems", onDevice("cellular_technology,data_roaming_enabled,modem_firmware_version")),
      certificates: entry("Certificates of devices", onDevice("common_name,identity_certificate")),
      desktopAndScreensaver: entry("Desktop and screen saver of Macs", onDevice("model_name,os_version")),
      deviceInformation: entry("Devices", onDevice("model_name,os_version,blueprint_name,last_checkin")),
      fileVault: entry("FileVault of Macs", onDevice("status,key_type,key_escrowed,regeneration_needed"), {
        name: "filevault"
      }),
      gatekeeperAndXprotect: entry("Gatekeeper and XProtect of Macs", onDevice("gatekeeper_status,xprotect_version")),
      installedProfiles: entry("Profiles of devices", onDevice("profile_display_name,payload_identifier,managed")),
      kernelExtensions: entry("Kernel extensions of Macs", onDevice("blueprint_name,last_collected_at")),
      launchAgentsAndDaemons: entry("Launch agents and daemons", onDevice("label,program,run_at_load,is_loaded")),
      localUsers: entry("Local users of Macs", onDevice("username,full_name,type,filevault_user")),
      startupSettings: entry(
        "Startup security of Macs",
        onDevice("sip,ssv,secure_boot_level,bootstrap_token_escrowed")
      ),
      systemExtensions: entry("System extensions of Macs", onDevice("name,identifier,state,team_id")),
      transparencyDatabase: entry("Privacy permissions of Macs", onDevice("service,application,status,local_user")),
      count: entry("How many rows a category has"),
      startExport: entry("Start an export without waiting for it"),
      getExport: entry("Show the status of an export")
    }
  },
  SelfServiceCategories: {
    words: ["library"],
    verbs: { list: entry("List the categories of Self Service", "id,name", { name: "categories" }) }
  },
  Settings: {
    words: ["licensing"],
    verbs: { licensing: entry("Show how many licences are in use", undefined, { name: "get" }) }
  },
  Tags: {
    words: ["tags"],
    verbs: {
      stream: entry("List tags", "id,name"),
      create: entry("Create a tag"),
      update: entry("Rename a tag"),
      delete: entry("Delete a tag and remove it from all devices")
    }
  },
  Threats: {
    words: ["threats"],
    verbs: {
      stream: entry(
        "List threats",
        "threat_name,classification,status,device_name,device_serial_number,detection_date"
      ),
      behavioralDetections: entry(
        "List behavioral detections of a device",
        "id,description,classification,detection_date"
      ),
      legacyThreats: entry(
        "List threats with the first version of the API",
        "threat_name,classification,status,device_name,device_serial_number,detection_date"
      ),
      legacyDetections: entry(
        "List behavioral detections with the first version of the API",
        "id,description,classification,threat_status,detection_date"
      )
    }
  },
  Users: {
    words: ["users"],
    verbs: {
      stream: entry("List users", "id,name,email,department,job_title,device_count,archived"),
      get: entry("Show a user"),
      delete: entry("Delete a user")
    }
  },
  Vulnerabilities: {
    words: ["vulnerabilities"],
    verbs: {
      stream: entry("List vulnerabilities", "cve_id,severity,cvss_score,device_count,status,latest_detection_date"),
      get: entry("Show a vulnerability"),
      devices: entry(
        "List devices with a vulnerability",
        "serial_number,name,model,os_version,blueprint_name,assigned_user"
      ),
      software: entry("List software with a vulnerability", "name,bundle_id,num_versions,num_devices"),
      detections: entry("List detections", "cve_id,cvss_severity,device_name,device_serial_number,name,version")
    }
  }
}
