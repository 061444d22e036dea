/**
 * The standard normal distribution function.
 *
 * @see Cody (1969) as in Cephes' ndtr by Moshier, which scipy uses; agrees with it to a few units in the last place
 */
export function normalCdf(value: number): number {
  const scaled = value * Math.SQRT1_2;
  const size = Math.abs(scaled);
  if (size < 1) return 0.5 + 0.5 * erf(scaled);
  const tail = 0.5 * erfc(size);
  return scaled > 0 ? 1 - tail : tail;
}

/**
 * Its inverse; ±Infinity at 0 and 1, NaN outside.
 *
 * @see Wichura (1988), AS 241, doi:10.2307/2347330
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    return probability === 0 ? -Infinity : probability === 1 ? Infinity : NaN;
  }
  const distance = probability - 0.5;
  if (Math.abs(distance) <= 0.425) {
    const r = 0.180625 - distance * distance;
    return (distance * horner(CENTRAL_TOP, r)) / horner(CENTRAL_BOTTOM, r);
  }
  const r = Math.sqrt(-Math.log(distance < 0 ? probability : 1 - probability));
  const size =
    r <= 5
      ? horner(MIDDLE_TOP, r - 1.6) / horner(MIDDLE_BOTTOM, r - 1.6)
      : horner(FAR_TOP, r - 5) / horner(FAR_BOTTOM, r - 5);
  return distance < 0 ? -size : size;
}

function horner(coefficients: readonly number[], at: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * at + coefficient;
  return sum;
}

function erf(value: number): number {
  const square = value * value;
  return (value * horner(ERF_TOP, square)) / horner(ERF_BOTTOM, square);
}

/** For values from 1 on. */
function erfc(value: number): number {
  if (value > 27) return 0;
  const [top, bottom] = value < 8 ? [NEAR_TOP, NEAR_BOTTOM] : [TAIL_TOP, TAIL_BOTTOM];
  return (Math.exp(-value * value) * horner(top, value)) / horner(bottom, value);
}

const ERF_TOP = [
  9.604973739870516, 90.02601972038427, 2232.005345946843, 7003.325141128051, 55592.30130103949,
];
const ERF_BOTTOM = [
  1, 33.56171416475031, 521.3579497801527, 4594.323829709801, 22629.000061389095, 49267.39426086359,
];
const NEAR_TOP = [
  2.461969814735305e-10, 0.5641895648310689, 7.463210564422699, 48.63719709856814, 196.5208329560771,
  526.4451949954773, 934.5285271719576, 1027.5518868951572, 557.5353353693994,
];
const NEAR_BOTTOM = [
  1, 13.228195115474499, 86.70721408859897, 354.9377788878199, 975.7085017432055, 1823.9091668790973,
  2246.3376081871097, 1656.6630919416134, 557.5353408177277,
];
const TAIL_TOP = [
  0.5641895835477551, 1.275366707599781, 5.019050422511805, 6.160210979930536, 7.4097426995044895,
  2.9788666537210022,
];
const TAIL_BOTTOM = [
  1, 2.2605286322011726, 9.396035249380015, 12.048953980809666, 17.08144507475659, 9.608968090632859,
  3.369076451000815,
];
const CENTRAL_TOP = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRAL_BOTTOM = [
  5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const MIDDLE_TOP = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const MIDDLE_BOTTOM = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_TOP = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_BOTTOM = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];
