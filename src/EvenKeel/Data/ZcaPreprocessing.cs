using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;

namespace EvenKeel.Data;

/// <summary>
/// <c>zca</c>: x' = (x - 127.5)/128, then (x' - mean)·(C + 1e-5·I)^(-1/2), with mean and covariance C of the training
/// images: every pixel value gets unit variance and none is correlated with another, and images still look like
/// images.
/// </summary>
/// <remarks>Salimans and Kingma, "Weight normalization", arXiv 1602.07868, section 5.1; the regularization is that of
/// the authors' code.</remarks>
internal sealed class ZcaPreprocessing : Preprocessing
{
    /// <summary>Added to every eigenvalue of the covariance.</summary>
    public const double Regularization = 1e-5;

    /// <summary>The whitened values are float copies of bytes that lie between -1 and 1: bytes less 127.5, over this.</summary>
    internal const double Scale = 128;

    public override string Name => "zca";

    public override string Description => "(x - 127.5) / 128, then whitened by (C + 1e-5 I)^(-1/2), C over the training images.";

    private protected override FittedPreprocessing FitTo(ImageSet train, FitOptions options)
    {
        var cache = options.CacheFolder is { } folder ? WhiteningFile.Path(folder, train) : null;
        if (cache is not null && WhiteningFile.Read(cache, train.Size) is { } saved)
        {
            options.Progress?.Report(1);
            return new ZcaFit(Name, train, saved);
        }

        using var own = options.Workers is null ? new Workers() : null;
        var workers = options.Workers ?? own!;
        var (mean, covariance) = Covariance.Of(workers, train, share => options.Progress?.Report(0.4 * share));
        for (var i = 0; i < covariance.Length; i++) covariance[i] /= Scale * Scale;
        var root = InverseRoot.Compute(
            workers, covariance, train.Size, Regularization, share => options.Progress?.Report(0.4 + 0.6 * share));
        var whitening = new Whitening(
            Array.ConvertAll(mean, value => (float)((value + Covariance.Centre - 127.5) / Scale)),
            Array.ConvertAll(root, value => (float)value));
        if (cache is not null) WhiteningFile.Write(cache, whitening);
        return new ZcaFit(Name, train, whitening);
    }
}

/// <summary>What whitening learned.</summary>
/// <param name="Mean">[d], of the centred values.</param>
/// <param name="Matrix">[d, d], symmetric.</param>
internal sealed record Whitening(float[] Mean, float[] Matrix);

/// <summary>Whitening, ready to use.</summary>
internal sealed class ZcaFit : FittedPreprocessing
{
    private const int ImagesPerProduct = 1000;

    private readonly Whitening _whitening;

    public ZcaFit(string name, ImageSet train, Whitening whitening)
        : base(name, train)
    {
        _whitening = whitening;
        var mean = new double[Channels];
        for (var i = 0; i < whitening.Mean.Length; i++) mean[i % Channels] += whitening.Mean[i] * (double)Channels / whitening.Mean.Length;
        Facts = new Dictionary<string, double[]>(StringComparer.Ordinal)
        {
            ["mean"] = mean,
            ["regularization"] = [ZcaPreprocessing.Regularization],
        };
    }

    public override IReadOnlyDictionary<string, double[]> Facts { get; }

    private protected override PreparedSet PrepareSet(ImageSet set, FitOptions options)
    {
        using var own = options.Workers is null ? new Workers() : null;
        var workers = options.Workers ?? own!;
        var d = set.Size;
        var whitened = new float[(long)set.Count * d];
        var centred = new float[Math.Min(ImagesPerProduct, set.Count) * d];
        for (var first = 0; first < set.Count; first += ImagesPerProduct)
        {
            var images = Math.Min(ImagesPerProduct, set.Count - first);
            for (var i = 0; i < images; i++)
            {
                var image = set.Image(first + i);
                var row = centred.AsSpan(i * d, d);
                for (var k = 0; k < d; k++) row[k] = (image[k] - 127.5f) / (float)ZcaPreprocessing.Scale - _whitening.Mean[k];
            }

            Gemm.Multiply(
                workers, images, d, d, centred.AsSpan(0, images * d), _whitening.Matrix, [], 1,
                whitened.AsSpan(first * d, images * d));
            options.Progress?.Report((first + images) / (double)set.Count);
        }

        return new FloatSet(set, whitened);
    }
}
