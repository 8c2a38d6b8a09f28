/** Titles of checks of recommendations that this gateway does not follow, and why. */
export const DEVIATIONS: Record<string, string> = {
  "e-mail addresses are answered in canonical form":
    "values are answered as they were sent: identity providers compare the two and would send them again for ever",
  "telephone numbers are answered as RFC 3966 says":
    "values are answered as they were sent; the number for the vendor is made when it is delivered",
  "instant messaging addresses are answered in canonical form": "values are answered as they were sent",
};
