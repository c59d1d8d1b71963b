using EvenKeel.Kernels.Elements;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class ScanTests(WorkerGrid grid)
{
    [Fact]
    public void The_first_that_is_not_finite_is_found()
    {
        foreach (var n in Numbers.Lengths)
        {
            var x = Numbers.Around(1, n, 0f, float.MaxValue);
            Assert.Equal(-1, grid.SameValue(w => Scan.FirstNonFinite(w, x)));
            foreach (var at in (int[])[n - 1, n / 2, 0])
            {
                if (at < 0 || at >= n) continue;
                x[at] = at % 2 == 0 ? float.NaN : float.NegativeInfinity;
                Assert.Equal(at, grid.SameValue(w => Scan.FirstNonFinite(w, x)));
            }
        }
    }

    [Fact]
    public void Sums_are_added_in_double()
    {
        foreach (var n in Numbers.Lengths)
        {
            var x = Numbers.Around(1, n, 1_000f, 3f);
            double sum = 0, squares = 0;
            foreach (var v in x)
            {
                sum += v;
                squares += (double)v * v;
            }

            Numbers.Close(sum, grid.SameValue(w => Scan.Sum(w, x)), 1e-13, "sum");
            Numbers.Close(squares, grid.SameValue(w => Scan.SumOfSquares(w, x)), 1e-13, "squares");
        }
    }
}
