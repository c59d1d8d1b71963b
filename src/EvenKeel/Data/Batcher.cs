using EvenKeel.Kernels.Random;

namespace EvenKeel.Data;

/// <summary>
/// Cuts a set into batches. What a batch holds depends on seed, epoch and step alone, so a resumed run sees the same
/// images, on any machine.
/// </summary>
/// <remarks>One thread at a time; a prefetching thread may own it. Nothing is allocated per batch.</remarks>
public sealed class Batcher
{
    private const int Padding = 4;

    private readonly PreparedSet _set;
    private readonly ulong _seed;
    private readonly Augmentation _augmentation;
    private readonly bool _shuffle;
    private readonly int[] _order;
    private int _orderEpoch = -1;

    /// <summary>Makes a batcher.</summary>
    /// <param name="set">The images.</param>
    /// <param name="batch">Images per step.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="augmentation">Random changes to the images.</param>
    /// <param name="dropLast">Leave out the images that do not fill a batch; otherwise the last batch is smaller.</param>
    /// <param name="shuffle">A new order each epoch; otherwise the order of the set, for evaluation.</param>
    /// <exception cref="UserException">A batch below 1, or, with <paramref name="dropLast"/>, larger than the set.</exception>
    public Batcher(
        PreparedSet set, int batch, ulong seed, Augmentation augmentation = Augmentation.None, bool dropLast = true,
        bool shuffle = true)
    {
        if (batch < 1) throw new UserException($"A batch of {batch} images is impossible: expected 1 or more.");
        if (set.Count == 0) throw new UserException($"{set.Name} has no images to make batches of.");
        if (dropLast && batch > set.Count)
        {
            throw new UserException(
                $"A batch of {batch} is larger than the data: {set.Name} has {set.Count} images here. " +
                "Use a smaller batch or more images.");
        }

        (_set, Batch, _seed, _augmentation, _shuffle) = (set, batch, seed, augmentation, shuffle);
        StepsPerEpoch = dropLast ? set.Count / batch : (set.Count + batch - 1) / batch;
        _order = new int[set.Count];
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
    }

    /// <summary>Images per step.</summary>
    public int Batch { get; }

    /// <summary>Batches in an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Images in one batch: <see cref="Batch"/>, or fewer in a last batch that is kept.</summary>
    /// <param name="step">Which batch of the epoch, from 0.</param>
    public int Count(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, StepsPerEpoch);
        return Math.Min(Batch, _set.Count - step * Batch);
    }

    /// <summary>Writes one batch.</summary>
    /// <param name="epoch">Which epoch, from 0.</param>
    /// <param name="step">Which batch of the epoch, from 0.</param>
    /// <param name="images">[<see cref="Count"/>,H,W,C]; what lies beyond is left alone.</param>
    /// <param name="labels">[<see cref="Count"/>].</param>
    /// <returns>The number of images written.</returns>
    public int Fill(int epoch, int step, Span<float> images, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var count = Count(step);
        Order(epoch);
        var crop = new RandomStream(_seed, RandomUse.Crop, (uint)epoch);
        var flip = new RandomStream(_seed, RandomUse.Flip, (uint)epoch);
        var crops = (_augmentation & Augmentation.Crop) == Augmentation.Crop;
        var flips = (_augmentation & Augmentation.Flip) == Augmentation.Flip;
        var size = _set.Size;
        for (var i = 0; i < count; i++)
        {
            var place = (ulong)(step * Batch + i);
            var index = _order[step * Batch + i];
            var image = images.Slice(i * size, size);
            labels[i] = _set.Labels[index];
            if (crops)
                Crop(index, crop.Below(2 * place, 2 * Padding + 1) - Padding, crop.Below(2 * place + 1, 2 * Padding + 1) - Padding, image);
            else
                _set.Image(index, image);
            if (flips && flip.Below(place, 2) == 1) Flip(image);
        }

        return count;
    }

    // The same draws as RandomStream.Permutation, into an array that is kept.
    private void Order(int epoch)
    {
        if (!_shuffle || epoch == _orderEpoch) return;
        var stream = new RandomStream(_seed, RandomUse.Shuffle, (uint)epoch);
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        for (var i = _order.Length - 1; i > 0; i--)
        {
            var j = stream.Below((ulong)i, i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }

        _orderEpoch = epoch;
    }

    // Destination row y shows source row y + down; rows and columns outside the image are zero.
    private void Crop(int index, int down, int right, Span<float> image)
    {
        var channels = _set.Channels;
        var row = _set.Width * channels;
        var first = Math.Max(0, -right);
        var columns = Math.Max(0, _set.Width - Math.Abs(right));
        for (var y = 0; y < _set.Height; y++)
        {
            var line = image.Slice(y * row, row);
            line.Clear();
            var source = y + down;
            if (source < 0 || source >= _set.Height || columns == 0) continue;
            _set.Pixels(
                index, source * row + Math.Max(0, right) * channels, line.Slice(first * channels, columns * channels));
        }
    }

    private void Flip(Span<float> image)
    {
        var channels = _set.Channels;
        var row = _set.Width * channels;
        for (var start = 0; start < image.Length; start += row)
        {
            for (int left = start, right = start + row - channels; left < right; left += channels, right -= channels)
            {
                for (var c = 0; c < channels; c++)
                    (image[left + c], image[right + c]) = (image[right + c], image[left + c]);
            }
        }
    }
}
