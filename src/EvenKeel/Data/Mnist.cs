namespace EvenKeel.Data;

/// <summary>MNIST: handwritten digits.</summary>
/// <remarks>LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998. The
/// original page no longer serves the files; the address is the mirror that most libraries use.</remarks>
public sealed class Mnist : IdxSource
{
    private const string Mirror = "https://ossci-datasets.s3.amazonaws.com/mnist/";

    /// <inheritdoc/>
    public override string Name => "mnist";

    /// <inheritdoc/>
    public override string Description => "70,000 handwritten digits, 28x28, grey.";

    /// <inheritdoc/>
    public override string Publisher => "Yann LeCun, Corinna Cortes and Christopher Burges, http://yann.lecun.com/exdb/mnist/";

    /// <inheritdoc/>
    public override string License => "CC BY-SA 3.0";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <inheritdoc/>
    public override IReadOnlyList<DataDownload> Downloads { get; } =
    [
        new(Mirror + "train-images-idx3-ubyte.gz", "mnist/train-images-idx3-ubyte.gz", 9_912_422,
            "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        new(Mirror + "train-labels-idx1-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz", 28_881,
            "d53e105ee54ea40749a09fcbcd1e9432"),
        new(Mirror + "t10k-images-idx3-ubyte.gz", "mnist/t10k-images-idx3-ubyte.gz", 1_648_877,
            "9fb629c4189551a2d022fa330f9573f3"),
        new(Mirror + "t10k-labels-idx1-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz", 4_542,
            "ec29112dd5afa0611ce80d1b7f02629c"),
    ];

    /// <inheritdoc/>
    internal override OfficialContent? Official(Split split) => split == Split.Test
        ? new(
            "09035d9cd038273ad10d2029dce7854cbaeb785bdcc41619b578d760f7b08da1",
            "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b")
        : new(
            "3bafe639115a64d24f6ea1b0e57c28b91f0c9a3254ee4e22fcafb4623efa5f5c",
            "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b");
}
