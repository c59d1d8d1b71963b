namespace EvenKeel.Tests.Reference;

/// <summary>Matrix products as they are defined, in double precision.</summary>
internal static class NaiveGemm
{
    /// <summary>c[i, j] = sum over s of a(i, s)·b(s, j), the operands read through the caller's index functions.</summary>
    public static double[] Multiply(int m, int n, int k, Func<int, int, float> a, Func<int, int, float> b)
    {
        var c = new double[m * n];
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                for (var s = 0; s < k; s++)
                    c[(i * n) + j] += (double)a(i, s) * b(s, j);
        return c;
    }
}
