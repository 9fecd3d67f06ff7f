% The integral of exp(-a x^2) over the line is sqrt(pi / a). The parameter a is the script's first argument.
a = str2double (argv (){1});
v = quad (@(x) exp (-a * x.^2), -Inf, Inf);
printf ("a = %g: %.10g, exactly %.10g\n", a, v, sqrt (pi / a));
f = fopen ("result.txt", "w");
fprintf (f, "%.10g\n", v);
fclose (f);
