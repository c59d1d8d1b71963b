namespace EvenKeel.Data;

/// <summary>
/// A generated set that needs no download: ten shapes, drawn smoothly in many places, sizes, turns and colours, on
/// textured grounds, among distractors, partly covered, with noise. The same bits on every machine.
/// </summary>
/// <remarks>Each of five colours is preferred by two shapes that look unlike, so that a network learns something in
/// its first hundred steps and still has to see shapes to become good. The painter uses only additions,
/// multiplications, divisions and square roots, which IEEE 754 rounds in one way; a test pins the fingerprints.</remarks>
public sealed class Shapes10 : DataSource
{
    /// <summary>The images of the test set start at this number, so that training images could be added.</summary>
    private const int FirstTestImage = 1_000_000;

    /// <inheritdoc/>
    public override string Name => "shapes10";

    /// <inheritdoc/>
    public override string Description => "6,000 generated pictures of ten shapes among clutter, 32x32, colour.";

    /// <inheritdoc/>
    public override string Publisher => "EvenKeel, generated when it is used";

    /// <inheritdoc/>
    public override string License => "MIT";

    /// <inheritdoc/>
    public override int Height => ShapePainter.Side;

    /// <inheritdoc/>
    public override int Width => ShapePainter.Side;

    /// <inheritdoc/>
    public override int Channels => 3;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes => ShapeOutline.Names;

    /// <inheritdoc/>
    public override int Count(Split split) => split == Split.Test ? 1_000 : 5_000;

    /// <inheritdoc/>
    internal override OfficialContent? Official(Split split) => split == Split.Test
        ? new(
            "24f6d69efa7387c246af1f35f1235a015c38345221094f916bf286bdc3734a0f",
            "391d333f70685275def29f2e54fefcaced07219c72461bdabf48d3c21ebdcceb")
        : new(
            "e7ed2c6596bb01aefc6e33637e070cef23fe078b6fb320e8a1603390145552de",
            "82ffca27755aa59894db231de64ff22fe25892c9f49c2bd116ca88e12e527f8b");

    /// <inheritdoc/>
    private protected override ImageSet Read(string folder, Split split)
    {
        var count = Count(split);
        var size = Height * Width * Channels;
        var pixels = new byte[count * size];
        var labels = new byte[count];
        Parallel.For(0, count, i =>
        {
            // In turn, so that every subset of the first so many images has all classes evenly.
            labels[i] = (byte)(i % Classes.Count);
            var number = (uint)(i + (split == Split.Test ? FirstTestImage : 0));
            ShapePainter.Paint(number, labels[i], pixels.AsSpan(i * size, size));
        });
        return new ImageSet(Name, Height, Width, Channels, pixels, labels, Classes);
    }
}
