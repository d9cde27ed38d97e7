/**
 * Blueprint templates in categories, with the vendor's ids and names. Descriptions and parameters are shorter than the
 * vendor's, whose templates have up to seventy parameters.
 */

/** A Blueprint template. */
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

/** A category of templates. */
export interface TemplateCategory {
  readonly id: number
  readonly name: string
  readonly weight: number
  readonly templates: ReadonlyArray<BlueprintTemplate>
}

const parameters = {
  "0264078c-4555-4b7a-bd90-888eae867830": { mute: false, daily: false },
  "0720f00c-393a-4a66-b676-efa82307ebd4": { mute: false, daily: false }
}

const template = (
  id: number,
  category: number,
  name: string,
  rating: number,
  description: string
): BlueprintTemplate => ({
  id,
  name,
  description,
  category,
  icon: "ss-files",
  color: "aqua-800",
  params: parameters,
  rating
})

/** The templates, which are the same for every tenant. */
export const templateCategories: ReadonlyArray<TemplateCategory> = [
  {
    id: 2,
    name: "CIS",
    weight: 20,
    templates: [
      template(16, 2, "CIS Level 2 Scored", 80, "The scored controls of levels 1 and 2 of the CIS macOS benchmark."),
      template(15, 2, "CIS Level 1 Scored", 60, "The scored controls of level 1 of the CIS macOS benchmark.")
    ]
  },
  {
    id: 1,
    name: "Kandji",
    weight: 10,
    templates: [
      template(11, 1, "Kandji Level III", 70, "Level II with limits on media and networks."),
      template(13, 1, "Kandji Level IV", 90, "Level III for organizations that put security before everything."),
      template(10, 1, "Kandji Level II", 50, "Level I with more settings for security."),
      template(9, 1, "Kandji Level I", 30, "The least that every company should have.")
    ]
  }
]

/** Finds a template by its id. */
export const findTemplate = (id: string): BlueprintTemplate | undefined =>
  templateCategories.flatMap((category) => category.templates).find((template) => String(template.id) === id)
