using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>What writes or reads a group of channels, as far as equi-normalization is concerned.</summary>
internal abstract class BalancedSide
{
    /// <summary>Adds the sum of p-th powers of each channel's weights.</summary>
    public abstract void AddPowers(double[] sums);

    /// <summary>Scales the channels by d, or by 1/d where they are read, and optimizer buffers the other way.</summary>
    public abstract void Scale(double[] d);

    /// <summary>The weight that a linear map stores.</summary>
    /// <exception cref="UserException">It is not the weight itself.</exception>
    protected static Parameter WeightOf(LinearMap map) => map.Weight is PlainWeight
        ? map.Weight.Stored
        : throw new UserException(
            $"enorm balances weights that are stored as they are, but layer {map.Name} has a weight map of another method: leave one of the two out of the scheme.");

    /// <summary>Multiplies a parameter by d^power, channel by channel, and its buffers the other way.</summary>
    protected sealed class Scaled
    {
        private readonly Backend _backend;
        private readonly Tensor _value;
        private readonly OptimizerBuffer[] _buffers;
        private readonly bool _rows;
        private readonly Tensor _factor;
        private readonly float[] _factors;
        private readonly int[] _channels;

        /// <summary>Prepares to scale.</summary>
        /// <param name="parameter">What to scale.</param>
        /// <param name="isRead">True to scale inputs, false for outputs (the last dimension).</param>
        /// <param name="channels">The group's channel at each output or input; −1 for one of another group.</param>
        /// <param name="backend">Where it lives.</param>
        /// <param name="optimizer">Whose buffers to scale along, or null.</param>
        public Scaled(Parameter parameter, bool isRead, int[] channels, Backend backend, Optimizer? optimizer)
        {
            (_backend, _value, _rows, _channels) = (backend, parameter.Value, isRead, channels);
            _buffers = [.. optimizer?.BuffersOf(parameter) ?? []];
            _factor = backend.Allocate(new Shape(channels.Length));
            _factors = new float[channels.Length];
        }

        /// <summary>Scales by d, or by 1/d if read.</summary>
        public void By(double[] d)
        {
            Multiply(_value, d, _rows ? -1 : 1);
            foreach (var buffer in _buffers) Multiply(buffer.Value, d, _rows ? buffer.Power : -buffer.Power);
        }

        private void Multiply(Tensor value, double[] d, int power)
        {
            for (var i = 0; i < _factors.Length; i++)
                _factors[i] = _channels[i] < 0 ? 1f : (float)Power(d[_channels[i]], power);
            _factor.CopyFrom(_factors);
            if (_rows) _backend.InputScale(value, _factor, value);
            else _backend.ChannelScale(value, _factor, value);
        }

        private static double Power(double d, int power) => power switch
        {
            1 => d,
            -1 => 1 / d,
            _ => Math.Pow(d, power),
        };
    }
}

/// <summary>A linear map that writes the channels: their rows, and the bias.</summary>
internal sealed class WritingMap : BalancedSide
{
    private readonly Backend _backend;
    private readonly Tensor _weight;
    private readonly Tensor _sums;
    private readonly Tensor? _magnitudes;
    private readonly float[] _perOutput;
    private readonly int _first;
    private readonly Scaled[] _scaled;

    public WritingMap(
        LinearMap map, int first, int count, bool squares, bool biases, Backend backend, Optimizer? optimizer)
    {
        var weight = WeightOf(map);
        var outputs = map.WeightShape.Channels;
        (_backend, _weight, _first) = (backend, weight.Value, first);
        _sums = backend.Allocate(new Shape(outputs));
        _magnitudes = squares ? null : backend.Allocate(map.WeightShape);
        _perOutput = new float[outputs];
        var channels = new int[outputs];
        for (var o = 0; o < outputs; o++) channels[o] = o >= first && o < first + count ? o - first : -1;
        _scaled = [.. new[] { weight, biases ? map.Bias : null }.OfType<Parameter>()
            .Select(p => new Scaled(p, isRead: false, channels, backend, optimizer))];
    }

    public override void AddPowers(double[] sums)
    {
        if (_magnitudes is null)
        {
            _backend.ChannelDot(_weight, _weight, _sums);
        }
        else
        {
            // A leaky ReLU of slope −1 is the magnitude.
            _backend.LeakyRelu(-1f, _weight, _magnitudes);
            _backend.ChannelSum(_magnitudes, _sums, accumulate: false);
        }

        _sums.CopyTo(_perOutput);
        for (var i = 0; i < sums.Length; i++) sums[i] += _perOutput[_first + i];
    }

    public override void Scale(double[] d)
    {
        foreach (var scaled in _scaled) scaled.By(d);
    }
}

/// <summary>A linear map that reads the channels: their columns. Behind a flatten a channel has one column a pixel.</summary>
internal sealed class ReadingMap : BalancedSide
{
    private readonly Backend _backend;
    private readonly Tensor _weight;
    private readonly Tensor _sums;
    private readonly float[] _perRow;
    private readonly int[] _channels;
    private readonly bool _squares;
    private readonly Scaled _scaled;

    public ReadingMap(LinearMap map, int[] firsts, int count, bool squares, Backend backend, Optimizer? optimizer)
    {
        var weight = WeightOf(map);
        (_backend, _weight, _squares) = (backend, weight.Value, squares);
        _channels = new int[map.WeightShape[map.WeightShape.Rank - 2]];
        Array.Fill(_channels, -1);
        foreach (var first in firsts)
            for (var i = 0; i < count; i++) _channels[first + i] = i;
        _perRow = new float[map.WeightShape.Rows];
        _sums = backend.Allocate(new Shape(_perRow.Length));
        _scaled = new Scaled(weight, isRead: true, _channels, backend, optimizer);
    }

    public override void AddPowers(double[] sums)
    {
        _backend.InputPowers(_weight, _squares, _sums);
        _sums.CopyTo(_perRow);
        for (var r = 0; r < _perRow.Length; r++)
        {
            var channel = _channels[r % _channels.Length];
            if (channel >= 0) sums[channel] += _perRow[r];
        }
    }

    public override void Scale(double[] d) => _scaled.By(d);
}

/// <summary>A normalizer that writes the channels: its gain, and with it its shift.</summary>
internal sealed class WritingGain : BalancedSide
{
    private readonly Tensor _gain;
    private readonly float[] _gains;
    private readonly int _first;
    private readonly bool _squares;
    private readonly Scaled[] _scaled;

    public WritingGain(NormLayer norm, int first, int count, bool squares, Backend backend, Optimizer? optimizer)
    {
        var (gain, shift) = norm.Affine ?? throw new UserException(
            $"enorm(bn=exact) balances the gain and shift of normalizers, but layer {norm.Name} has none that it could: use a normalizer with both, or bn=ignore.");
        (_gain, _first, _squares) = (gain.Value, first, squares);
        _gains = new float[norm.Channels];
        var channels = new int[norm.Channels];
        for (var c = 0; c < channels.Length; c++) channels[c] = c >= first && c < first + count ? c - first : -1;
        _scaled = [.. new[] { gain, shift }.Select(p => new Scaled(p, isRead: false, channels, backend, optimizer))];
    }

    public override void AddPowers(double[] sums)
    {
        _gain.CopyTo(_gains);
        for (var i = 0; i < sums.Length; i++)
        {
            double gain = _gains[_first + i];
            sums[i] += _squares ? gain * gain : Math.Abs(gain);
        }
    }

    public override void Scale(double[] d)
    {
        foreach (var scaled in _scaled) scaled.By(d);
    }
}
