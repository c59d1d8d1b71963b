using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;

namespace EvenKeel.Data;

/// <summary>Covariance of all pixel values of a set with each other.</summary>
internal static class Covariance
{
    /// <summary>Bytes less this are whole numbers of at most 128.</summary>
    public const int Centre = 128;

    // 1,024 products of at most 128·128 stay below 2^24: every float sum is an exact integer, in whatever order.
    private const int ImagesPerBlock = 1024;
    private const int Panel = 512;

    /// <summary>Mean and covariance of the bytes, exact up to the last division.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="set">The images.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <returns>[d] means of byte - 128, and the symmetric [d, d] covariance, divided by the number of images.</returns>
    public static (double[] Mean, double[] Matrix) Of(Workers workers, ImageSet set, Action<double> progress)
    {
        var d = set.Size;
        var sums = new long[d];
        var products = new double[d * d];
        var panels = Enumerable.Range(0, (d + Panel - 1) / Panel).Select(p => (Left: p * Panel, Width: Math.Min(Panel, d - p * Panel))).ToArray();
        var values = panels.Select(panel => new float[ImagesPerBlock * panel.Width]).ToArray();
        var result = new float[Panel * Panel];
        for (var first = 0; first < set.Count; first += ImagesPerBlock)
        {
            var images = Math.Min(ImagesPerBlock, set.Count - first);
            for (var i = 0; i < images; i++)
            {
                var image = set.Image(first + i);
                for (var k = 0; k < d; k++) sums[k] += image[k] - Centre;
                for (var p = 0; p < panels.Length; p++)
                {
                    var part = image.Slice(panels[p].Left, panels[p].Width);
                    var row = values[p].AsSpan(i * part.Length, part.Length);
                    for (var k = 0; k < part.Length; k++) row[k] = part[k] - Centre;
                }
            }

            for (var p = 0; p < panels.Length; p++)
            {
                for (var q = p; q < panels.Length; q++)
                {
                    var (m, n) = (panels[p].Width, panels[q].Width);
                    var product = result.AsSpan(0, m * n);
                    Gemm.MultiplyTransposedA(
                        workers, m, n, images, values[p].AsSpan(0, images * m), values[q].AsSpan(0, images * n), product,
                        accumulate: false);
                    for (var i = 0; i < m; i++)
                    {
                        var row = products.AsSpan((panels[p].Left + i) * d + panels[q].Left, n);
                        var added = product.Slice(i * n, n);
                        for (var j = 0; j < n; j++) row[j] += added[j];
                    }
                }
            }

            progress((first + images) / (double)set.Count);
        }

        var mean = Array.ConvertAll(sums, sum => sum / (double)set.Count);
        for (var i = 0; i < d; i++)
        {
            for (var j = i; j < d; j++)
            {
                var value = products[i * d + j] / set.Count - mean[i] * mean[j];
                products[i * d + j] = value;
                products[j * d + i] = value;
            }
        }

        return (mean, products);
    }
}
