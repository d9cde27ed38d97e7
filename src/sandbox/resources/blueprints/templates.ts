/**
 * Ready-made Blueprints, in categories. The vendor has many more; two of each kind show the shape.
 */

/** A ready-made Blueprint. */
export interface BlueprintTemplate {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly category: number
  readonly icon: string
  readonly color: string
  readonly params: Readonly<Record<string, unknown>>
  readonly rating: number
}

/** Templates that belong together. */
export interface TemplateCategory {
  readonly id: number
  readonly name: string
  readonly weight: number
  readonly templates: ReadonlyArray<BlueprintTemplate>
}

/** The templates of every tenant. */
export const templateCategories: ReadonlyArray<TemplateCategory> = [
  {
    id: 1,
    name: "Compliance",
    weight: 10,
    templates: [
      {
        id: 7,
        name: "CIS Level 1",
        description: "The controls of the CIS macOS benchmark, level 1.",
        category: 1,
        icon: "ss-shield",
        color: "blue-800",
        params: { "firewall-enabled": { enabled: true } },
        rating: 5
      },
      {
        id: 8,
        name: "CIS Level 2",
        description: "The controls of the CIS macOS benchmark, level 2.",
        category: 1,
        icon: "ss-lock",
        color: "purple-800",
        params: { "firewall-enabled": { enabled: true }, "guest-account-disabled": { enabled: true } },
        rating: 5
      }
    ]
  },
  {
    id: 2,
    name: "General",
    weight: 20,
    templates: [
      {
        id: 9,
        name: "New Blueprint",
        description: "Start with nothing.",
        category: 2,
        icon: "ss-files",
        color: "aqua-800",
        params: {},
        rating: 3
      },
      {
        id: 10,
        name: "Essentials",
        description: "What most teams begin with.",
        category: 2,
        icon: "ss-star",
        color: "green-800",
        params: { "filevault-enabled": { enabled: true } },
        rating: 4
      }
    ]
  }
]

/** A template by its number. */
export const findTemplate = (id: string): BlueprintTemplate | undefined =>
  templateCategories.flatMap((category) => category.templates).find((template) => String(template.id) === id)
