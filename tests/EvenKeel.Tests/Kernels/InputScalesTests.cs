using EvenKeel.Kernels;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class InputScalesTests(WorkerGrid grid)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Powers_match_their_twin(bool squares)
    {
        foreach (var (rows, columns) in ChannelsTests.Shapes())
        {
            var x = Numbers.Around(1, rows * columns, 0.5f);
            var expected = PointwiseReference.Map(rows, r =>
            {
                var sum = 0.0;
                for (var j = 0; j < columns; j++)
                {
                    double value = x[r * columns + j];
                    sum += squares ? value * value : Math.Abs(value);
                }

                return sum;
            });
            Numbers.Close(expected, grid.Same(rows, (w, s) => InputScales.Powers(w, x, columns, squares, s)), 2e-6);
        }
    }

    [Fact]
    public void Scale_matches_its_twin_and_repeats_its_factors()
    {
        foreach (var (rows, columns) in ChannelsTests.Shapes())
        {
            foreach (var factors in (int[])[rows, 1, 3])
            {
                if (rows % factors != 0) continue;
                float[] x = Numbers.Around(1, rows * columns), factor = Numbers.Around(2, factors);
                var expected = PointwiseReference.Map(x.Length, i => (double)factor[i / columns % factors] * x[i]);
                Numbers.Close(expected, grid.Same(x.Length, (w, y) => InputScales.Scale(w, x, factor, columns, y)), 1e-7);
                Numbers.Close(expected, grid.Same(x.Length, (w, y) =>
                {
                    x.CopyTo(y, 0);
                    InputScales.Scale(w, y, factor, columns, y);
                }), 1e-7);
            }
        }
    }

    [Fact]
    public void Factors_must_divide_the_rows()
    {
        using var workers = new Workers(1);
        Assert.Throws<ArgumentException>(() => InputScales.Scale(workers, new float[12], new float[4], 2, new float[12]));
    }
}
