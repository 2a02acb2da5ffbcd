// Settings of which none is missing: what is left to build a cluster from once no problem has been found.

import type { ServiceSetting } from './service-setting.ts';
import type { Settings } from './settings.ts';

type Complete<T> = { readonly [Key in keyof T]-?: Exclude<T[Key], undefined> };

export type CompleteSettings = Complete<Omit<Settings, 'services'>> & {
  readonly services: readonly Complete<ServiceSetting>[];
};

export function isComplete(settings: Settings): settings is CompleteSettings {
  return [settings, ...settings.services].every((part) => Object.values(part).every((value) => value !== undefined));
}
