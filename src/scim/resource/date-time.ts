const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(Z|[+-](\d{2}):(\d{2}))?$/;
/** XML Schema ends zones at 14 hours; beyond 15:59 PostgreSQL cannot read them, so such a value could not be compared. */
const MAX_ZONE_MINUTES = 14 * 60;

/**
 * Reads an xsd:dateTime (RFC 7643 section 2.3.5). A text without a zone is read as UTC and gets its "Z", so that
 * every stored value names one moment; otherwise the text stays as sent. Undefined when it is no real date and time.
 */
export function readDateTime(text: string): string | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, zone, zoneHours = "0", zoneMinutes = "0"] = match;
  const [monthNumber, dayNumber] = [Number(month), Number(day)];
  const lastDay = new Date(Date.UTC(Number(year), monthNumber, 0)).getUTCDate();
  const isDate = monthNumber >= 1 && monthNumber <= 12 && dayNumber >= 1 && dayNumber <= lastDay;
  const isTime = Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59;
  const isZone =
    Number(zoneMinutes) <= 59 && Number(zoneHours) * 60 + Number(zoneMinutes) <= MAX_ZONE_MINUTES;
  if (!isDate || !isTime || !isZone) return undefined;
  const complete = zone === undefined ? `${text}Z` : text;
  return Number.isNaN(Date.parse(complete)) ? undefined : complete;
}
