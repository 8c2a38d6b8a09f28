/** Keeps enough of a phone number to recognise it: at most three digits in front and two at the end. */
export function maskPhoneNumber(text: string): string {
  if (text.length < 7) return "*".repeat(text.length);
  const front = text.startsWith("+") ? text.indexOf("-") + 1 || 3 : 3;
  return text.slice(0, front) + "*".repeat(Math.max(text.length - front - 2, 4)) + text.slice(-2);
}
