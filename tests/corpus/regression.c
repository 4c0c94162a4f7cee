/* regression.c: models of NIST's Statistical Reference Datasets for nonlinear regression. Where no
 * data stand here they are made from NIST's certified parameters, with a deterministic error of 1 %. */
#include "corpus/least_squares.h"

#include <math.h>

#define MODEL(name) static double name(double t, const double *b, double *d)

MODEL(misra_a)
{
    const double e = exp(-b[1] * t);
    return d[0] = 1 - e, d[1] = b[0] * t * e, b[0] * (1 - e);
}

MODEL(misra_b)
{
    const double q = 1 + b[1] * t / 2;
    return d[0] = 1 - 1 / (q * q), d[1] = b[0] * t / (q * q * q), b[0] * (1 - 1 / (q * q));
}

MODEL(misra_c)
{
    const double q = 1 + 2 * b[1] * t, s = 1 / sqrt(q);
    return d[0] = 1 - s, d[1] = b[0] * t * s / q, b[0] * (1 - s);
}

MODEL(misra_d)
{
    const double q = 1 + b[1] * t;
    return d[0] = b[1] * t / q, d[1] = b[0] * t / (q * q), b[0] * b[1] * t / q;
}

MODEL(dan_wood)
{
    const double q = pow(t, b[1]);
    return d[0] = q, d[1] = b[0] * q * log(t), b[0] * q;
}

MODEL(rat42)
{
    const double e = exp(b[1] - b[2] * t), q = 1 + e;
    d[0] = 1 / q, d[1] = -b[0] * e / (q * q), d[2] = b[0] * e * t / (q * q);
    return b[0] / q;
}

MODEL(rat43)
{
    const double e = exp(b[1] - b[2] * t), q = 1 + e, s = pow(q, -1 / b[3]);
    d[0] = s, d[1] = -b[0] * s / q * e / b[3], d[2] = b[0] * s / q * e * t / b[3];
    d[3] = b[0] * s * log(q) / (b[3] * b[3]);
    return b[0] * s;
}

MODEL(lanczos)
{
    double sum = 0;
    for (int i = 0; i < 6; i += 2) sum += b[i] * (d[i] = exp(-b[i + 1] * t)), d[i + 1] = -b[i] * t * d[i];
    return sum;
}

MODEL(eckerle)
{
    const double z = (t - b[2]) / b[1], v = b[0] / b[1] * exp(-z * z / 2);
    return d[0] = v / b[0], d[1] = v * (z * z - 1) / b[1], d[2] = v * z / b[1], v;
}

MODEL(chwirut)
{
    const double e = exp(-b[0] * t), q = b[1] + b[2] * t;
    return d[0] = -t * e / q, d[1] = -e / (q * q), d[2] = -t * e / (q * q), e / q;
}

/* A cubic by a cubic: Hahn1 and Thurber. */
MODEL(rational)
{
    const double p = b[0] + t * (b[1] + t * (b[2] + t * b[3])), q = 1 + t * (b[4] + t * (b[5] + t * b[6]));
    for (int i = 0; i < 4; i++) d[i] = pow(t, i) / q;
    for (int i = 0; i < 3; i++) d[4 + i] = -p * pow(t, i + 1) / (q * q);
    return p / q;
}

MODEL(gauss)
{
    const double e = exp(-b[1] * t);
    double sum = b[0] * e;
    d[0] = e, d[1] = -b[0] * t * e;
    for (int i = 2; i < 8; i += 3) {
        const double z = (t - b[i + 1]) / b[i + 2], v = exp(-z * z);
        sum += b[i] * v;
        d[i] = v, d[i + 1] = b[i] * v * 2 * z / b[i + 2], d[i + 2] = b[i] * v * 2 * z * z / b[i + 2];
    }
    return sum;
}

MODEL(bennett)
{
    const double q = b[1] + t, s = pow(q, -1 / b[2]);
    return d[0] = s, d[1] = -b[0] * s / (q * b[2]), d[2] = b[0] * s * log(q) / (b[2] * b[2]), b[0] * s;
}

MODEL(roszman)
{
    const double pi = acos(-1), q = t - b[3], w = b[2] / q, s = 1 / (pi * (1 + w * w));
    d[0] = 1, d[1] = -t, d[2] = -s / q, d[3] = -s * w / q;
    return b[0] - b[1] * t - atan(w) / pi;
}

MODEL(kirby)
{
    const double p = b[0] + t * (b[1] + t * b[2]), q = 1 + t * (b[3] + t * b[4]);
    d[0] = 1 / q, d[1] = t / q, d[2] = t * t / q, d[3] = -p * t / (q * q), d[4] = -p * t * t / (q * q);
    return p / q;
}

MODEL(enso)
{
    const double turn = 2 * acos(-1) * t;
    double sum = b[0] + b[1] * cos(turn / 12) + b[2] * sin(turn / 12);
    d[0] = 1, d[1] = cos(turn / 12), d[2] = sin(turn / 12);
    for (int i = 3; i < 9; i += 3) {
        const double c = cos(turn / b[i]), s = sin(turn / b[i]);
        sum += b[i + 1] * c + b[i + 2] * s;
        d[i + 1] = c, d[i + 2] = s, d[i] = (b[i + 1] * s - b[i + 2] * c) * turn / (b[i] * b[i]);
    }
    return sum;
}

static double term(const wgt_problem *p, size_t k, const double *x, double *d)
{
    double unused[WGT_MOST_X];
    const double made =
        p->y ? 0 : p->model(p->t[k], p->best, unused) * (1 + 0.01 * sin(17.0 * (double)k + 1));
    return p->model(p->t[k], x, d) - (p->y ? p->y[k] : made);
}

static const double misra_t
    [] = { 77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760 },
    misra_y[] = { 10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02,
                  44.82, 50.76, 55.05, 61.01, 66.4,  75.47, 81.78 },
    box_t[] = { 1, 2, 3, 5, 7, 10 }, box_y[] = { 109, 149, 149, 191, 213, 224 },
    wood_t[] = { 1.309, 1.471, 1.490, 1.565, 1.611, 1.680 },
    wood_y[] = { 2.138, 3.421, 3.597, 4.340, 4.882, 5.660 },
    rat42_t[] = { 9, 14, 21, 28, 42, 57, 63, 70, 79 },
    rat42_y[] = { 8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08 },
    count_t[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    rat43_y[] = { 16.08,  33.83,  65.80,  97.20,  191.55, 326.20, 386.87, 520.53,
                  590.03, 651.92, 724.93, 699.56, 689.96, 637.56, 717.41 },
    short_t[] = { 0, .05, .1, .15, .2, .25, .3, .4, .5, .6, .7, .8, .9, 1, 1.1 },
    line_t[] = { 400, 410, 420, 430, 436, 440, 444, 448, 451, 455, 460, 465, 475, 485, 500 },
    chwirut_t[] = { .5, .75, 1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75, 5.25, 5.75 },
    hahn_t[] = { 14, 24, 34, 50, 70, 90, 120, 150, 190, 250, 300, 370, 450, 550, 650, 750, 850 },
    thurber_t[] = { -3.067, -2.6, -2.1, -1.6, -1.1, -.6, -.1, .3, .7, 1.1, 1.5, 1.9, 2.2 },
    gauss_t[] = { 1,   10,  20,  30,  40,  50,  60,  65,  70,  80,  90,  110,
                  130, 150, 160, 170, 175, 180, 185, 190, 200, 220, 235, 250 },
    bennett_t[] = { 7.4, 8, 8.8, 9.2, 9.6, 10, 10.4, 10.8, 11.2, 11.6, 12, 12.4 },
    roszman_t[] = { -4868, -4210, -3480, -2700, -2360, -1973, -1500, -1064, -858, -655, -514, -362, -267 },
    kirby_t[] = { 9, 20, 40, 60, 80, 110, 150, 190, 230, 270, 310, 350, 371 },
    month_t[] = { 1, 5, 9, 14, 20, 26, 33, 41, 50, 58, 66, 77, 89, 98, 110, 121, 133, 147, 168 };

#define DATA(T, Y) sizeof T / sizeof *T, term, .t = T, .y = Y
#define MADE(T)    sizeof T / sizeof *T, term, .t = T

static const wgt_problem problem[] = {
    { "Misra1a", 2, DATA(misra_t, misra_y), .model = misra_a, .start = { 500, 1e-4 } },
    { "Misra1b", 2, DATA(misra_t, misra_y), .model = misra_b, .start = { 500, 1e-4 } },
    { "Misra1c", 2, DATA(misra_t, misra_y), .model = misra_c, .start = { 500, 1e-4 } },
    { "Misra1d", 2, DATA(misra_t, misra_y), .model = misra_d, .start = { 500, 1e-4 } },
    { "BoxBOD 1", 2, DATA(box_t, box_y), .model = misra_a, .start = { 1, 1 } },
    { "BoxBOD 2", 2, DATA(box_t, box_y), .model = misra_a, .start = { 100, .75 } },
    { "DanWood", 2, DATA(wood_t, wood_y), .model = dan_wood, .start = { 1, 5 } },
    { "Rat42", 3, DATA(rat42_t, rat42_y), .model = rat42, .start = { 100, 1, .1 } },
    { "Rat43", 4, DATA(count_t, rat43_y), .model = rat43, .start = { 100, 10, 1, 1 } },
    { "Lanczos", 6, MADE(short_t), .model = lanczos, .start = { 1.2, .3, 5.6, 5.5, 6.5, 7.6 },
      .best = { .0951, 1, .8607, 3, 1.5576, 5 } },
    { "Eckerle4", 3, MADE(line_t), .model = eckerle, .start = { 1.5, 5, 450 },
      .best = { 1.5543827178, 4.0888321754, 451.54121844 } },
    { "Chwirut", 3, MADE(chwirut_t), .model = chwirut, .start = { .1, .01, .02 },
      .best = { .1902781837, .0061314004477, .010530908399 } },
    { "Hahn1", 7, MADE(hahn_t), .model = rational, .start = { 10, -1, .05, -1e-5, -5e-2, .001, -1e-6 },
      .best = { 1.0776351733, -.12269296921, .004086375061, -1.4262662514e-6, -.0057609940901,
                .00024053735503, -1.2314450199e-7 } },
    { "Thurber", 7, MADE(thurber_t), .model = rational, .start = { 1000, 1000, 400, 40, .7, .3, .03 },
      .best = { 1288.13968, 1491.0792535, 583.23836877, 75.416644291, .96629502864, .39797285797,
                .049727297349 } },
    { "Gauss1", 8, MADE(gauss_t), .model = gauss, .start = { 97, .009, 100, 65, 20, 70, 178, 16.5 },
      .best = { 98.778210871, .010497276517, 100.48990633, 67.481111276, 23.129773360, 71.994503004,
                178.99805021, 18.389389025 } },
    { "Bennett5", 3, MADE(bennett_t), .model = bennett, .start = { -2000, 50, .8 },
      .best = { -2523.5058043, 46.736564644, .93218483193 } },
    { "Roszman1", 4, MADE(roszman_t), .model = roszman, .start = { .1, -1e-5, 1000, -100 },
      .best = { .20196866396, -6.1953516256e-6, 1204.4556708, -181.34269537 } },
    { "Kirby2", 5, MADE(kirby_t), .model = kirby, .start = { 2, -.1, .003, -.001, .00001 },
      .best = { 1.6745063063, -.13927397867, .0025961181191, -.0017241811870, 2.1664802578e-5 } },
    { "ENSO", 9, MADE(month_t), .model = enso, .start = { 11, 3, .5, 40, -.7, -1.3, 25, -.3, 1.4 },
      .best = { 10.510749193, 3.0762128085, .53280138227, 44.311088700, -1.6231428586, .52554493756,
                26.887614440, .21232288488, 1.4966870418 } },
};

void wgt_add_regression(wgt_list *l)
{
    for (size_t i = 0; i < sizeof problem / sizeof *problem; i++)
        wgt_add_problem(l, "regression", &problem[i]);
}
