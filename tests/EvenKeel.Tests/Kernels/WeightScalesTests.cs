using EvenKeel.Kernels;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class WeightScalesTests(WorkerGrid grid)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Powers_of_rows_match_their_twin(bool squares)
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
            Numbers.Close(expected, grid.Same(rows, (w, s) => WeightScales.RowPowers(w, x, columns, squares, s)), 2e-6);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Powers_of_columns_match_their_twin(bool squares)
    {
        foreach (var (rows, columns) in ChannelsTests.Shapes())
        {
            foreach (var factors in (int[])[rows, 1, 3])
            {
                if (rows % factors != 0) continue;
                var x = Numbers.Around(1, rows * columns, 0.5f);
                var factor = Numbers.Around(2, factors);
                var expected = PointwiseReference.Map(columns, c =>
                {
                    var sum = 0.0;
                    for (var r = 0; r < rows; r++)
                    {
                        var value = (double)factor[r % factors] * x[r * columns + c];
                        sum += squares ? value * value : Math.Abs(value);
                    }

                    return sum;
                });
                Numbers.Close(expected, grid.Same(columns, (w, s) => WeightScales.ColumnPowers(w, x, factor, columns, squares, s)), 2e-6);
            }
        }
    }

    [Fact]
    public void Scale_matches_its_twin_and_repeats_its_row_factors()
    {
        foreach (var (rows, columns) in ChannelsTests.Shapes())
        {
            foreach (var factors in (int[])[rows, 1, 3])
            {
                if (rows % factors != 0) continue;
                float[] x = Numbers.Around(1, rows * columns), factor = Numbers.Around(2, factors), other = Numbers.Around(3, columns);
                var expected = PointwiseReference.Map(
                    x.Length, i => (double)factor[i / columns % factors] * x[i] * other[i % columns]);
                Numbers.Close(expected, grid.Same(x.Length, (w, y) => WeightScales.Scale(w, x, factor, other, y)), 2e-7);
                Numbers.Close(expected, grid.Same(x.Length, (w, y) =>
                {
                    x.CopyTo(y, 0);
                    WeightScales.Scale(w, y, factor, other, y);
                }), 2e-7);
            }
        }
    }

    [Fact]
    public void Row_factors_must_divide_the_rows()
    {
        using var workers = new Workers(1);
        Assert.Throws<ArgumentException>(() => WeightScales.Scale(workers, new float[12], new float[4], new float[2], new float[12]));
        Assert.Throws<ArgumentException>(() => WeightScales.ColumnPowers(workers, new float[12], new float[4], 2, true, new float[2]));
    }
}
