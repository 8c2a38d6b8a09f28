/** A mobile number as it is compared: "+86 138-0013-8000" and "13800138000" are the same. */
export function mobileDigits(number: string): string {
  return number.replace(/\D/g, "").replace(/^86(?=1\d{10}$)/, "");
}
