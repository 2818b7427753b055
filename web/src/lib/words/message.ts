// What one message is: a sentence, or one for each plural form.

/** A sentence by CLDR plural category of `{n}`. */
export type Plural<Category extends Intl.LDMLPluralRule = 'one' | 'other'> = Readonly<
  Record<Category, string>
>
export type Catalogue = Readonly<
  Record<string, string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>>
>
