namespace EvenKeel.Data;

/// <summary>Fashion-MNIST: pictures of clothes, in the format of MNIST and harder.</summary>
/// <remarks>Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
/// algorithms", arXiv 1708.07747.</remarks>
public sealed class FashionMnist : IdxSource
{
    private const string Site = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    /// <inheritdoc/>
    public override string Name => "fashion-mnist";

    /// <inheritdoc/>
    public override string Description => "70,000 pictures of clothes, 28x28, grey.";

    /// <inheritdoc/>
    public override string Publisher => "Zalando Research, https://github.com/zalandoresearch/fashion-mnist";

    /// <inheritdoc/>
    public override string License => "MIT";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes { get; } =
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    /// <inheritdoc/>
    public override IReadOnlyList<DataDownload> Downloads { get; } =
    [
        new(Site + "train-images-idx3-ubyte.gz", "fashion-mnist/train-images-idx3-ubyte.gz", 26_421_880,
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        new(Site + "train-labels-idx1-ubyte.gz", "fashion-mnist/train-labels-idx1-ubyte.gz", 29_515,
            "25c81989df183df01b3e8a0aad5dffbe"),
        new(Site + "t10k-images-idx3-ubyte.gz", "fashion-mnist/t10k-images-idx3-ubyte.gz", 4_422_102,
            "bef4ecab320f06d8554ea6380940ec79"),
        new(Site + "t10k-labels-idx1-ubyte.gz", "fashion-mnist/t10k-labels-idx1-ubyte.gz", 5_148,
            "bb300cfdad3c16e7a12a480ee83cd310"),
    ];

    /// <inheritdoc/>
    internal override OfficialContent? Official(Split split) => split == Split.Test
        ? new(
            "9fa243ba9d14db1e52ced0878e7ca5b039e1f1d352c09e886db6f7c9781978d2",
            "9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4")
        : new(
            "6500a5c38e4442234d2cda21fd0ae36db1d4465198c20b87705955c8de3ea6dd",
            "16d82e2b505296aa2b78bd5ea0992634f30419a4c97def7c907d154a35ac6157");
}
