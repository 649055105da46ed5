/** Modules that the server makes: the catalogue of the reader's language, and the icons that scripts name. */

declare module "fairmatch/messages" {
  export const locale: string;
  export const formats: string;
  export const plural: (n: number) => number;
  export const messages: Record<string, string | string[] | undefined>;
}

declare module "fairmatch/icons" {
  export const shapes: Record<string, string | undefined>;
}
