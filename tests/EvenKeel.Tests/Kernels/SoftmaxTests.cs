using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class SoftmaxTests(WorkerGrid grid)
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Loss_errors_and_gradient_match_their_twins(float smoothing)
    {
        foreach (var classes in (int[])[1, 2, 3, 10, 16, 17, 100])
            foreach (var rows in (int[])[1, 2, 33, 100])
            {
                // Few distinct logits, so that rows hold equal largest ones.
                var logits = Numbers.Around(1, rows * classes, 50f, 20f);
                for (var i = 0; i < logits.Length; i += 2) logits[i] = MathF.Round(logits[i]);
                var labels = Labels(rows, classes);
                var (loss, errors, probabilities) = SoftmaxReference.CrossEntropy(logits, labels, classes, smoothing);
                var got = grid.Same(
                    logits.Length, (w, p) => Softmax.CrossEntropy(w, logits, labels, classes, smoothing, p));
                Numbers.Close(probabilities, got, 1e-6);
                var result = grid.SameValue(
                    w => Softmax.CrossEntropy(w, logits, labels, classes, smoothing, new float[got.Length]));
                Numbers.Close(loss, result.MeanLoss, 1e-6, "loss");
                Assert.Equal(errors, result.Errors);
                Numbers.Close(
                    PointwiseReference.Map(got.Length, i =>
                    {
                        var q = SoftmaxReference.Target(i % classes, labels[i / classes], classes, smoothing);
                        return (got[i] - q) * 3.0 / rows;
                    }),
                    grid.Same(
                        got.Length,
                        (w, dx) => Softmax.CrossEntropyBackward(w, got, labels, classes, smoothing, 3f, dx)), 1e-6);
            }
    }

    [Fact]
    public void Large_logits_stay_finite_and_small_losses_keep_their_digits()
    {
        float[] logits = [3e38f, -3e38f, 0f, 0f, 15f, 0f, -100f, -100f, -100f];
        int[] labels = [0, 1, 2];
        var (loss, errors) = grid.SameValue(w => Softmax.CrossEntropy(w, logits, labels, 3, 0f, new float[9]));
        var expected = (0.0 + Math.Log(1 + 2 * Math.Exp(-15)) + Math.Log(3)) / 3;
        Numbers.Close(1.0, loss / expected, 1e-6, "loss");
        Assert.Equal(1, errors);
    }

    [Fact]
    public void Of_equal_logits_the_first_is_the_answer()
    {
        float[] logits = [1f, 1f, 0f];
        Assert.Equal(0, grid.SameValue(w => Softmax.CrossEntropy(w, logits, [0], 3, 0f, new float[3]).Errors));
        Assert.Equal(1, grid.SameValue(w => Softmax.CrossEntropy(w, logits, [1], 3, 0f, new float[3]).Errors));
    }

    [Fact]
    public void Not_a_number_shows_and_counts_as_an_error()
    {
        foreach (var position in (int[])[0, 1, 18])
        {
            var logits = new float[19];
            logits[position] = float.NaN;
            var probabilities = new float[19];
            var (loss, errors) = grid.SameValue(w => Softmax.CrossEntropy(w, logits, [1], 19, 0f, probabilities));
            Assert.True(double.IsNaN(loss));
            Assert.Equal(1, errors);
            Assert.All(probabilities, p => Assert.True(float.IsNaN(p)));
        }
    }

    [Fact]
    public void Labels_out_of_range_are_named()
    {
        using var workers = new Workers(1);
        var error = Assert.Throws<ArgumentException>(
            () => Softmax.CrossEntropy(workers, new float[6], [0, 3], 3, 0f, new float[6]));
        Assert.Equal("label 3 of row 1 is out of range: expected 0 to 2.", error.Message);
    }

    private static int[] Labels(int rows, int classes)
    {
        var stream = new RandomStream(1, 99);
        var labels = new int[rows];
        for (var i = 0; i < rows; i++) labels[i] = stream.Below((ulong)i, classes);
        return labels;
    }
}
