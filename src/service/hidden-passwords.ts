/**
 * A text in which no password of a URL is left: `amqp://ann:secret@host` becomes `amqp://ann:***@host`, and
 * `password=secret` `password=***`. For what repeats a text that somebody gave, and so may be one in the wrong place.
 */
export function withoutPasswords(text: string): string {
  return text.replace(IN_URL, '$1***@').replace(IN_PARAMETER, '$1***');
}

/** To the last @ of the word: a password may have one in it. */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s"'<>]*@/gi;
const IN_PARAMETER = /(\bpass(?:word|wd)?=)[^\s&"'<>]+/gi;
