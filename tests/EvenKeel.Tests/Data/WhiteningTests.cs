using EvenKeel.Data;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Tests.Data;

public sealed class WhiteningTests
{
    private const double Regularization = 1e-5;

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 5)]
    [InlineData(3, 2)]
    [InlineData(47, 60)]
    [InlineData(50, 20)]
    [InlineData(51, 200)]
    [InlineData(131, 400)]
    public void TheInverseRootTimesItselfTimesTheMatrixIsOne(int size, int rank)
    {
        var matrix = Positive(size, rank);
        using var workers = new Workers(2);
        var root = InverseRoot.Compute(workers, (double[])matrix.Clone(), size, Regularization, _ => { });
        for (var i = 0; i < size; i++) matrix[i * size + i] += Regularization;
        var one = Multiply(Multiply(root, matrix, size), root, size);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                Assert.Equal(root[i * size + j], root[j * size + i], 1e-9);
                Assert.Equal(i == j ? 1 : 0, one[i * size + j], 1e-7);
            }
        }
    }

    [Fact]
    public void TheInverseRootOfADiagonalIsKnown()
    {
        using var workers = new Workers(1);
        double[] matrix = [4, 0, 0, 0, 0.25, 0, 0, 0, 0];
        var root = InverseRoot.Compute(workers, matrix, 3, 1e-5, _ => { });
        Assert.Equal(1 / Math.Sqrt(4.00001), root[0], 1e-11);
        Assert.Equal(1 / Math.Sqrt(0.25001), root[4], 1e-11);
        Assert.Equal(1 / Math.Sqrt(1e-5), root[8], 1e-8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(131)]
    public void TheRootDoesNotDependOnTheNumberOfThreads(int size)
    {
        using var one = new Workers(1);
        using var three = new Workers(3);
        var matrix = Positive(size, size + 9);
        Assert.Equal(
            InverseRoot.Compute(one, (double[])matrix.Clone(), size, 1e-3, _ => { }),
            InverseRoot.Compute(three, (double[])matrix.Clone(), size, 1e-3, _ => { }));
    }

    [Theory]
    [InlineData(9, 4)]
    [InlineData(1500, 3)]
    public void CovarianceIsTheNaiveTwins(int count, int channels)
    {
        var set = Sets.Random(count, channels: channels);
        using var workers = new Workers(2);
        var (mean, matrix) = Covariance.Of(workers, set, _ => { });
        var (naiveMean, naive) = NaiveCovariance(set);
        for (var i = 0; i < mean.Length; i++) Assert.Equal(naiveMean[i], mean[i] + Covariance.Centre, 1e-9);
        for (var i = 0; i < naive.Length; i++) Assert.Equal(naive[i], matrix[i], 1e-7);
    }

    // Wider than one panel of 512 values.
    [Fact]
    public void CovarianceJoinsItsPanels()
    {
        var set = Sets.Random(3, height: 14, width: 14);
        using var workers = new Workers(2);
        var (_, matrix) = Covariance.Of(workers, set, _ => { });
        var (_, naive) = NaiveCovariance(set);
        for (var i = 0; i < naive.Length; i++) Assert.Equal(naive[i], matrix[i], 1e-7);
    }

    [Fact]
    public void WhitenedTrainingImagesHaveZeroMeanUnitVarianceAndNoCorrelation()
    {
        var set = Correlated(2500);
        var values = PreprocessingTests.Values("zca", set);
        var d = set.Size;
        for (var i = 0; i < d; i++)
        {
            var column = Enumerable.Range(0, set.Count).Select(n => (double)values[n * d + i]).ToArray();
            Assert.Equal(0, column.Average(), 1e-3);
            Assert.Equal(1, column.Average(value => value * value), 0.02);
            var other = (i + 7) % d;
            Assert.Equal(0, Enumerable.Range(0, set.Count).Average(n => (double)values[n * d + i] * values[n * d + other]), 0.01);
        }
    }

    [Fact]
    public void WhiteningIsTheReferenceFormulaOnOtherImages()
    {
        var (train, test) = (Correlated(300), Sets.Random(4, seed: 99));
        var values = PreprocessingTests.Values(Preprocessing.Find("zca").Fit(train), test);
        var d = train.Size;
        var (mean, covariance) = NaiveCovariance(train);
        for (var i = 0; i < covariance.Length; i++) covariance[i] /= 128.0 * 128.0;
        using var workers = new Workers(1);
        var root = InverseRoot.Compute(workers, covariance, d, Regularization, _ => { });
        for (var n = 0; n < test.Count; n++)
        {
            for (var j = 0; j < d; j++)
            {
                var expected = 0.0;
                for (var i = 0; i < d; i++) expected += (test.Image(n)[i] - mean[i]) / 128.0 * root[i * d + j];
                Assert.Equal(expected, values[n * d + j], 1e-4 * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Fact]
    public void FewerImagesThanValuesStillWork()
    {
        var values = PreprocessingTests.Values("zca", Sets.Random(7));
        Assert.All(values, value => Assert.True(float.IsFinite(value)));
        Assert.Contains(values, value => Math.Abs(value) > 0.1f);
    }

    [Fact]
    public void ASecondFitComesFromTheCacheAndADamagedOneIsComputedAgain()
    {
        using var folder = new TemporaryFolder();
        var set = Correlated(50);
        var options = new FitOptions { CacheFolder = folder.Path };
        var way = Preprocessing.Find("zca");
        var first = PreprocessingTests.Values(way.Fit(set, options), set);
        var path = WhiteningFile.Path(folder.Path, set);
        Assert.True(File.Exists(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));

        // A marked file with a right checksum shows that it is read.
        var saved = WhiteningFile.Read(path, set.Size)!;
        saved.Matrix[0] += 1;
        WhiteningFile.Write(path, saved);
        Assert.NotEqual(first, PreprocessingTests.Values(way.Fit(set, options), set));

        var bytes = File.ReadAllBytes(path);
        bytes[100] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(first, PreprocessingTests.Values(way.Fit(set, options), set));
        Assert.NotEqual(path, WhiteningFile.Path(folder.Path, Correlated(51)));
    }

    [Fact]
    public void ACacheThatCannotBeWrittenCostsNothing()
    {
        using var folder = new TemporaryFolder();
        var options = new FitOptions { CacheFolder = folder.Write("file", [1]) };
        Assert.Equal("zca", Preprocessing.Find("zca").Fit(Sets.Random(7), options).Name);
    }

    [Fact]
    public void ProductsAreTheNaiveTwins()
    {
        using var workers = new Workers(2);
        foreach (var (m, n, k) in new[] { (1, 1, 1), (3, 5, 2), (4, 12, 7), (67, 25, 13), (130, 37, 50) })
        {
            var (aStride, bStride, cStride) = (k + 3, n + 1, n + 2);
            var (a, b, c) = (Numbers(m * aStride, 1), Numbers(k * bStride, 2), Numbers(m * cStride, 3));
            var expected = (double[])c.Clone();
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    for (var p = 0; p < k; p++) expected[i * cStride + j] += -1.5 * a[i * aStride + p] * b[p * bStride + j];
                }
            }

            DoubleProduct.Add(workers, m, n, k, -1.5, a, aStride, b, bStride, c, cStride);
            for (var i = 0; i < c.Length; i++) Assert.Equal(expected[i], c[i], 1e-12);
            var y = new double[m];
            DoubleProduct.Multiply(workers, m, k, a, aStride, b.AsSpan(0, k), y);
            for (var i = 0; i < m; i++)
                Assert.Equal(Enumerable.Range(0, k).Sum(p => a[i * aStride + p] * b[p]), y[i], 1e-12);
        }
    }

    [Fact]
    public void LengthsAreChecked()
    {
        using var workers = new Workers(1);
        Assert.Throws<ArgumentException>(() => DoubleProduct.Add(workers, 2, 2, 2, 1, new double[3], 2, new double[4], 2, new double[4], 2));
        Assert.Throws<ArgumentException>(() => DoubleProduct.Multiply(workers, 2, 2, new double[4], 2, new double[2], new double[1]));
    }

    // Neighbouring values resemble each other, as in photographs.
    private static ImageSet Correlated(int count)
    {
        var set = Sets.Random(count, seed: 5);
        for (var i = 1; i < set.Pixels.Length; i++)
            if (i % set.Size != 0) set.Pixels[i] = (byte)((set.Pixels[i] + 2 * set.Pixels[i - 1]) / 3);
        return set;
    }

    private static double[] Positive(int size, int rank)
    {
        var factor = Numbers(rank * size, 11);
        var matrix = new double[size * size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                for (var p = 0; p < rank; p++) matrix[i * size + j] += factor[p * size + i] * factor[p * size + j] / rank;
            }
        }

        return matrix;
    }

    private static double[] Numbers(int count, uint use)
    {
        var stream = new RandomStream(13, use);
        return [.. Enumerable.Range(0, count).Select(i => 2.0 * stream.Uniform((ulong)i) - 1)];
    }

    private static double[] Multiply(double[] a, double[] b, int size)
    {
        var c = new double[size * size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                for (var p = 0; p < size; p++) c[i * size + j] += a[i * size + p] * b[p * size + j];
            }
        }

        return c;
    }

    private static (double[] Mean, double[] Matrix) NaiveCovariance(ImageSet set)
    {
        var d = set.Size;
        var mean = new double[d];
        for (var n = 0; n < set.Count; n++)
        {
            for (var i = 0; i < d; i++) mean[i] += set.Image(n)[i] / (double)set.Count;
        }

        var matrix = new double[d * d];
        for (var n = 0; n < set.Count; n++)
        {
            for (var i = 0; i < d; i++)
            {
                for (var j = 0; j < d; j++)
                    matrix[i * d + j] += (set.Image(n)[i] - mean[i]) * (set.Image(n)[j] - mean[j]) / set.Count;
            }
        }

        return (mean, matrix);
    }
}
