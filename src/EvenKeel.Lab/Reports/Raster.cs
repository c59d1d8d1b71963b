namespace EvenKeel.Lab.Reports;

/// <summary>A picture that shapes are painted on with smooth edges. A shape's coverage of each dot is found first and
/// blended once, so that a line does not darken where its parts overlap.</summary>
internal sealed class Raster
{
    // Rows a dot is cut into when an outline is filled; along the row the coverage is exact.
    private const int Cuts = 4;

    private readonly float[] _values;
    private readonly float[] _coverage;
    private int _left, _top, _right, _bottom;

    /// <summary>A white picture.</summary>
    public Raster(int width, int height)
    {
        (Width, Height) = (width, height);
        _values = new float[width * height * 3];
        _coverage = new float[width * height];
        Array.Fill(_values, 255f);
        Forget();
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Dots outside are left alone; null for none.</summary>
    public (double Left, double Top, double Right, double Bottom)? Clip { get; set; }

    /// <summary>The picture, [height,width,3].</summary>
    public byte[] Pixels() => Array.ConvertAll(_values, value => (byte)Math.Clamp((int)(value + 0.5f), 0, 255));

    /// <summary>Fills an outline.</summary>
    public void Fill(IReadOnlyList<(double X, double Y)> outline, (byte Red, byte Green, byte Blue) colour, double opacity)
    {
        int first = Math.Max(0, (int)Math.Floor(outline.Min(point => point.Y)));
        int last = Math.Min(Height - 1, (int)Math.Ceiling(outline.Max(point => point.Y)));
        List<double> crossings = [];
        for (int row = first; row <= last; row++)
        {
            for (int cut = 0; cut < Cuts; cut++)
            {
                double y = row + ((cut + 0.5) / Cuts);
                crossings.Clear();
                for (int i = 0; i < outline.Count; i++)
                {
                    (double X, double Y) a = outline[i];
                    (double X, double Y) b = outline[(i + 1) % outline.Count];
                    if (a.Y <= y != b.Y <= y)
                        crossings.Add(a.X + ((y - a.Y) / (b.Y - a.Y) * (b.X - a.X)));
                }

                crossings.Sort();
                for (int i = 0; i + 1 < crossings.Count; i += 2)
                    CoverSpan(row, crossings[i], crossings[i + 1]);
            }
        }

        Blend(colour, opacity);
    }

    /// <summary>Draws lines with round ends and corners.</summary>
    public void Stroke(
        IEnumerable<IReadOnlyList<(double X, double Y)>> lines, double width, (byte Red, byte Green, byte Blue) colour, double opacity)
    {
        foreach (IReadOnlyList<(double X, double Y)> line in lines)
        {
            for (int i = 0; i + 1 < line.Count; i++)
                CoverSegment(line[i], line[i + 1], width / 2);
        }

        Blend(colour, opacity);
    }

    private void CoverSpan(int row, double from, double to)
    {
        int first = Math.Max(0, (int)Math.Floor(from));
        int last = Math.Min(Width - 1, (int)Math.Floor(to));
        for (int column = first; column <= last; column++)
        {
            double share = Math.Min(column + 1, to) - Math.Max(column, from);
            if (share > 0)
                Touch(column, row, _coverage[(row * Width) + column] + ((float)share / Cuts));
        }
    }

    // Coverage falls from 1 to 0 over the width of a dot around the edge.
    private void CoverSegment((double X, double Y) a, (double X, double Y) b, double radius)
    {
        double reach = radius + 1;
        int top = Math.Max(0, (int)Math.Floor(Math.Min(a.Y, b.Y) - reach));
        int bottom = Math.Min(Height - 1, (int)Math.Ceiling(Math.Max(a.Y, b.Y) + reach));
        (double X, double Y) along = (b.X - a.X, b.Y - a.Y);
        double square = (along.X * along.X) + (along.Y * along.Y);
        for (int row = top; row <= bottom; row++)
        {
            // A long slanting line is near only a few dots of each row.
            double one = At(a, b, row + 0.5 - reach);
            double two = At(a, b, row + 0.5 + reach);
            int left = Math.Max(0, (int)Math.Floor(Math.Min(one, two) - reach));
            int right = Math.Min(Width - 1, (int)Math.Ceiling(Math.Max(one, two) + reach));
            for (int column = left; column <= right; column++)
            {
                (double X, double Y) from = (column + 0.5 - a.X, row + 0.5 - a.Y);
                double at = square == 0 ? 0 : Math.Clamp(((from.X * along.X) + (from.Y * along.Y)) / square, 0, 1);
                (double X, double Y) off = (from.X - (at * along.X), from.Y - (at * along.Y));
                double covered = Math.Clamp(radius + 0.5 - Math.Sqrt((off.X * off.X) + (off.Y * off.Y)), 0, Math.Min(1, 2 * radius));
                if (covered > _coverage[(row * Width) + column])
                    Touch(column, row, (float)covered);
            }
        }
    }

    // Where the line is at a height, or its nearer end.
    private static double At((double X, double Y) a, (double X, double Y) b, double y) => Math.Abs(b.Y - a.Y) < 1e-9
        ? (y < a.Y ? a.X : b.X)
        : a.X + (Math.Clamp((y - a.Y) / (b.Y - a.Y), 0, 1) * (b.X - a.X));

    private void Touch(int column, int row, float coverage)
    {
        if (Clip is { } clip && (column < clip.Left || column >= clip.Right || row < clip.Top || row >= clip.Bottom))
            return;
        _coverage[(row * Width) + column] = coverage;
        (_left, _right) = (Math.Min(_left, column), Math.Max(_right, column));
        (_top, _bottom) = (Math.Min(_top, row), Math.Max(_bottom, row));
    }

    private void Blend((byte Red, byte Green, byte Blue) colour, double opacity)
    {
        for (int row = _top; row <= _bottom; row++)
        {
            for (int column = _left; column <= _right; column++)
            {
                int at = (row * Width) + column;
                if (_coverage[at] == 0)
                    continue;
                float share = Math.Min(1f, _coverage[at]) * (float)opacity;
                _coverage[at] = 0;
                _values[3 * at] += share * (colour.Red - _values[3 * at]);
                _values[(3 * at) + 1] += share * (colour.Green - _values[(3 * at) + 1]);
                _values[(3 * at) + 2] += share * (colour.Blue - _values[(3 * at) + 2]);
            }
        }

        Forget();
    }

    private void Forget() => (_left, _top, _right, _bottom) = (Width, Height, -1, -1);
}
