namespace EvenKeel.Data;

/// <summary>
/// A generated set that needs no download: ten shapes, drawn smoothly in any place, size, turn and colour, on
/// textured grounds, among distractors, partly covered, with noise. The same bits on every machine.
/// </summary>
/// <remarks>The painter uses only additions, multiplications, divisions and square roots, which IEEE 754 rounds in one
/// way; a test pins the fingerprints.</remarks>
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
            "f322919bc2bbedeb404c718ee5b4636c7a91d2e4131d5ff0b5a4a1e3ef335b6b",
            "de843eea39fbb450e02613bec61c556ab5ca7e549c02dcac31450f1e8124cdd5")
        : new(
            "1263710745b5bb20ca0a8f5ffc00ad6dafb8249c2705779461ce79e58d28a45e",
            "a98ba10b03d55a6b96a9ab4842d733925d693dab36c94213b53838e5646cdedb");

    /// <inheritdoc/>
    private protected override ImageSet Read(string folder, Split split)
    {
        var count = Count(split);
        var size = Height * Width * Channels;
        var pixels = new byte[count * size];
        var labels = new byte[count];
        for (var i = 0; i < count; i++)
        {
            // In turn, so that every subset of the first so many images has all classes evenly.
            labels[i] = (byte)(i % Classes.Count);
            var number = (uint)(i + (split == Split.Test ? FirstTestImage : 0));
            ShapePainter.Paint(number, labels[i], pixels.AsSpan(i * size, size));
        }

        return new ImageSet(Name, Height, Width, Channels, pixels, labels, Classes);
    }
}
